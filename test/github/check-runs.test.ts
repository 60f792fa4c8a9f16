import nock from "nock";
import { describe, expect, it } from "vitest";
import { createCheckRuns, type OwnCheck } from "../../src/github/check-runs.ts";
import { API, createClientFixture, HEAD_SHA, useNock } from "../support/github-fixture.ts";

useNock();

const APP_ID = 4711;
const RUNS = "/repos/acme/search-config/check-runs";
const LIST = `/repos/acme/search-config/commits/${HEAD_SHA}/check-runs`;

const check: OwnCheck = {
  name: "relyloop/proposal",
  headSha: HEAD_SHA,
  externalId: "proposal-1",
  detailsUrl: "https://relyloop.example.com/studies/1",
  conclusion: "neutral",
  output: { title: "1 value drifted", summary: "Summary", text: "Text" },
  startedAt: new Date("2026-11-22T12:00:00Z"),
  completedAt: new Date("2026-11-22T12:00:02Z"),
};
/** What is sent, without the commit. */
const sent = {
  name: "relyloop/proposal",
  external_id: "proposal-1",
  details_url: "https://relyloop.example.com/studies/1",
  status: "completed",
  conclusion: "neutral",
  started_at: "2026-11-22T12:00:00.000Z",
  completed_at: "2026-11-22T12:00:02.000Z",
  output: check.output,
};
const ours = (id: number) => ({ id, external_id: "proposal-1", app: { id: APP_ID } });

const setUp = () => {
  const { client, clock } = createClientFixture();
  const checks = createCheckRuns({ client, clock, appId: APP_ID });
  return { clock, ensure: (changes: Partial<OwnCheck> = {}) => checks.ensureCheck({ ...check, ...changes }) };
};
const list = (...check_runs: object[]) =>
  nock(API)
    .get(LIST)
    .query({ check_name: "relyloop/proposal", filter: "latest", per_page: "100", page: "1" })
    .reply(200, { total_count: check_runs.length, check_runs });
const create = () => nock(API).post(RUNS, { ...sent, head_sha: HEAD_SHA });

describe("ensureCheck", () => {
  it("makes one where there is none", async () => {
    const { ensure, clock } = setUp();
    list();
    create().reply(201, ours(1));
    expect(await ensure()).toEqual({ kind: "made", id: 1 });
    expect(clock.waits).toEqual([]);
  });

  it("brings the one that is there up to date", async () => {
    const { ensure } = setUp();
    list(ours(1));
    nock(API).patch(`${RUNS}/1`, sent).reply(200, ours(1));
    expect(await ensure()).toEqual({ kind: "updated", id: 1 });
  });

  it("leaves out the link where there is none", async () => {
    const { ensure } = setUp();
    list();
    nock(API)
      .post(RUNS, (body) => !("details_url" in body))
      .reply(201, ours(1));
    expect(await ensure({ detailsUrl: null })).toMatchObject({ kind: "made" });
  });

  it("does not touch another app's, or another proposal's", async () => {
    const { ensure } = setUp();
    list(
      { ...ours(1), app: { id: 1 } },
      { ...ours(2), app: null },
      { ...ours(3), external_id: "proposal-2" },
      { ...ours(4), external_id: null },
    );
    create().reply(201, ours(5));
    expect(await ensure()).toEqual({ kind: "made", id: 5 });
  });

  it("of several keeps the newest right", async () => {
    const { ensure } = setUp();
    list(ours(2), ours(9), ours(4));
    nock(API).patch(`${RUNS}/9`, sent).reply(502);
    nock(API).patch(`${RUNS}/9`, sent).reply(200, ours(9));
    expect(await ensure()).toEqual({ kind: "updated", id: 9 });
  });

  it.each([0, 200, 502])(
    "looks after an uncertain answer (%i; 0: none), and does not make another",
    async (status) => {
      const { ensure, clock } = setUp();
      list();
      if (status === 0) create().replyWithError("socket hang up");
      else create().reply(status, {});
      list(ours(1));
      nock(API).patch(`${RUNS}/1`, sent).reply(200, ours(1));
      expect(await ensure()).toEqual({ kind: "updated", id: 1 });
      expect(clock.waits).toEqual([1_000]);
    },
  );

  it("sends it again when the look finds none, three times in all", async () => {
    const { ensure } = setUp();
    for (let send = 0; send < 3; send++) {
      list();
      create().reply(502);
    }
    list();
    await expect(ensure()).rejects.toMatchObject({ name: "UncertainWriteError" });
  });

  it("fails at once on a refusal", async () => {
    const { ensure } = setUp();
    list();
    create().reply(403, { message: "Resource not accessible by integration" });
    await expect(ensure()).rejects.toMatchObject({ status: 403 });
  });
});
