import nock from "nock";
import { describe, expect, it } from "vitest";
import { GithubApiError } from "../../src/github/github-errors.ts";
import { createPullSignals } from "../../src/github/pull-signals.ts";
import { API, aPull, createClientFixture, HEAD_SHA, useNock } from "../support/github-fixture.ts";

useNock();
const REPO = "/repos/acme/search-config";
const PULL = `${REPO}/pulls/12`;
const RUNS = `${REPO}/commits/${HEAD_SHA}/check-runs`;
const STATUS = `${REPO}/commits/${HEAD_SHA}/status`;
const signals = () => createPullSignals(createClientFixture().client);
const ETAG = 'W/"1"';

describe("a conditional read", () => {
  it("gives the value with what validates it the next time", async () => {
    nock(API, { badheaders: ["if-none-match"] })
      .get(PULL)
      .reply(200, aPull(), { etag: ETAG });
    expect(await signals().pull(12, null)).toMatchObject({ kind: "read", etag: ETAG, value: { number: 12 } });
  });

  it("sends the validator, and says that nothing has changed", async () => {
    nock(API, { reqheaders: { "if-none-match": ETAG } })
      .get(PULL)
      .reply(304);
    expect(await signals().pull(12, ETAG)).toEqual({ kind: "unchanged" });
  });

  it("is the whole value anew when it has changed", async () => {
    nock(API, { reqheaders: { "if-none-match": ETAG } })
      .get(PULL)
      .reply(200, aPull({ state: "closed" }), { etag: 'W/"2"' });
    expect(await signals().pull(12, ETAG)).toMatchObject({ etag: 'W/"2"', value: { state: "closed" } });
  });

  it("asks again for a pull request that was opened just now, which not every server has yet", async () => {
    const { client, clock } = createClientFixture();
    const missing = { message: "Not Found" };
    nock(API).get(PULL).reply(404, missing).get(PULL).reply(200, aPull());
    const read = await createPullSignals(client).pull(12, null, { justWritten: true });
    expect(read).toMatchObject({ kind: "read", value: { number: 12 } });
    expect(clock.waits).toEqual([1_000]);

    nock(API).get(PULL).reply(404, missing);
    await expect(createPullSignals(client).pull(12, null)).rejects.toMatchObject({ status: 404 });
  });

  it("passes on what GitHub refuses", async () => {
    nock(API).get(RUNS).query(true).reply(403, { message: "Resource not accessible by integration" });
    const refused = signals().checkRuns(HEAD_SHA, null);
    await expect(refused).rejects.toThrow(GithubApiError);
    await expect(refused).rejects.toMatchObject({ status: 403 });
  });
});

describe("a list", () => {
  const page = (number: number) => ({ filter: "latest", per_page: "100", page: String(number) });
  const named = (name: string) => ({ name, app: { id: 3 }, status: "completed", conclusion: "success" });

  it("of one page has a validator, and is unchanged by it", async () => {
    const answer = { total_count: 1, check_runs: [named("a")] };
    nock(API).get(RUNS).query(page(1)).reply(200, answer, { etag: ETAG });
    expect(await signals().checkRuns(HEAD_SHA, null)).toEqual({
      kind: "read",
      etag: ETAG,
      value: [{ name: "a", app_id: 3, status: "completed", conclusion: "success" }],
    });
    nock(API, { reqheaders: { "if-none-match": ETAG } })
      .get(RUNS)
      .query(page(1))
      .reply(304);
    expect(await signals().checkRuns(HEAD_SHA, ETAG)).toEqual({ kind: "unchanged" });
  });

  it("of several pages is read whole, and has none: the first page would not show a change on the second", async () => {
    const next = `<${API}${RUNS}?page=2>; rel="next"`;
    const first = { total_count: 2, check_runs: [named("a")] };
    nock(API).get(RUNS).query(page(1)).reply(200, first, { etag: ETAG, link: next });
    const second = { total_count: 2, check_runs: [named("b")] };
    nock(API, { badheaders: ["if-none-match"] })
      .get(RUNS)
      .query(page(2))
      .reply(200, second, { etag: 'W/"2"' });
    const read = await signals().checkRuns(HEAD_SHA, 'W/"0"');
    expect(read).toMatchObject({ kind: "read", etag: null, value: [{ name: "a" }, { name: "b" }] });
  });

  it("of statuses is the latest of each context, whatever the combined state says", async () => {
    const statuses = [{ context: "ci", state: "success", description: null }];
    nock(API).get(STATUS).query(true).reply(200, { state: "pending", statuses });
    expect(await signals().statuses(HEAD_SHA, null)).toEqual({
      kind: "read",
      etag: null,
      value: [{ context: "ci", state: "success" }],
    });
  });

  it("of reviews tells who said what, also of accounts that are gone", async () => {
    const BOB = { id: 5, login: "bob", type: "User" };
    const by = (user: object | null) => ({ user, state: "APPROVED", author_association: "MEMBER", id: 1 });
    nock(API)
      .get(`${PULL}/reviews`)
      .query(true)
      .reply(200, [by({ ...BOB, site_admin: false }), by(null)]);
    expect(await signals().reviews(12, null)).toMatchObject({
      value: [
        { author: BOB, state: "APPROVED", author_association: "MEMBER" },
        { author: null, state: "APPROVED", author_association: "MEMBER" },
      ],
    });
  });
});
