import nock from "nock";
import { describe, expect, it } from "vitest";
import { UncertainWriteError } from "../../src/github/github-errors.ts";
import { isOurs, pullSchema } from "../../src/github/pull.ts";
import { createPullRequests } from "../../src/github/pull-requests.ts";
import {
  API,
  aPull,
  BOT,
  createClientFixture,
  HEAD_SHA,
  REPO_ID,
  useNock,
} from "../support/github-fixture.ts";

useNock();

const PULLS = "/repos/acme/search-config/pulls";
const newPull = { title: "RelyLoop: boost", head: "relyloop/study-1", base: "main", body: "text" };
const setUp = () => {
  const fixture = createClientFixture();
  return { ...fixture, pulls: createPullRequests(fixture.client) };
};

describe("createPull", () => {
  it("answers the fields we use", async () => {
    const { pulls } = setUp();
    nock(API)
      .post(PULLS, newPull)
      .reply(201, { ...aPull(), mergeable: null });
    expect(await pulls.createPull(newPull)).toEqual({
      kind: "created",
      pull: {
        number: 12,
        html_url: "https://github.com/acme/search-config/pull/12",
        state: "open",
        merged_at: null,
        head_sha: HEAD_SHA,
        head_ref: "relyloop/study-1",
        head_repo_id: REPO_ID,
        base_ref: "main",
        base_repo_id: REPO_ID,
        author_login: BOT,
        updated_at: "2026-11-22T12:00:00Z",
        draft: false,
      },
    });
  });

  it("tells that there is one already", async () => {
    const { pulls } = setUp();
    const errors = [{ code: "custom", message: "A pull request already exists for acme:relyloop/study-1." }];
    nock(API).post(PULLS).reply(422, { message: "Validation Failed", errors });
    expect(await pulls.createPull(newPull)).toEqual({ kind: "already_exists" });
  });

  it("fails with GitHub's reason on any other refusal", async () => {
    const { pulls } = setUp();
    const errors = [{ resource: "PullRequest", field: "head", code: "invalid" }];
    nock(API).post(PULLS).reply(422, { message: "Validation Failed", errors });
    await expect(pulls.createPull(newPull)).rejects.toMatchObject({
      code: "GITHUB_API_FAILED",
      message: expect.stringContaining("Validation Failed: head invalid"),
    });
  });

  it("is uncertain of an answer it can't read", async () => {
    const { pulls } = setUp();
    nock(API).post(PULLS).reply(201, "<html>", { "content-type": "text/html" });
    await expect(pulls.createPull(newPull)).rejects.toBeInstanceOf(UncertainWriteError);
  });
});

describe("findPulls", () => {
  it("reads every page, whatever the state", async () => {
    const { pulls } = setUp();
    const query = { state: "all", head: "acme:relyloop/study-1", per_page: "100" };
    const link = `<${API}${PULLS}?page=2>; rel="next"`;
    nock(API)
      .get(PULLS)
      .query({ ...query, page: "1" })
      .reply(200, [aPull({ number: 3 })], { link })
      .get(PULLS)
      .query({ ...query, page: "2" })
      .reply(200, [aPull({ number: 2, state: "closed" })], { link: `<${API}${PULLS}?page=1>; rel="prev"` });
    const found = await pulls.findPulls({ headOwner: "acme", branch: "relyloop/study-1" });
    expect(found.map(({ number }) => number)).toEqual([3, 2]);
  });

  it("reads 5 pages at most", async () => {
    const { pulls } = setUp();
    nock(API).get(PULLS).query(true).times(5).reply(200, [], { link: '<x>; rel="next"' });
    expect(await pulls.findPulls({ headOwner: "acme", branch: "x" })).toEqual([]);
  });

  it("leaves out what GitHub lists of other branches", async () => {
    const { pulls } = setUp();
    nock(API)
      .get(PULLS)
      .query(true)
      .reply(200, [aPull({ ref: "feature" })]);
    expect(await pulls.findPulls({ headOwner: "acme", branch: "relyloop/study-1" })).toEqual([]);
  });

  it("fails on an answer it can't read", async () => {
    const { pulls } = setUp();
    nock(API).get(PULLS).query(true).reply(200, { message: "hello" });
    await expect(pulls.findPulls({ headOwner: "acme", branch: "x" })).rejects.toMatchObject({
      code: "GITHUB_API_FAILED",
    });
  });
});

describe("getPull and closePull", () => {
  it("read one, waiting for one that was opened just now", async () => {
    const { pulls, clock } = setUp();
    nock(API).get(`${PULLS}/12`).reply(404).get(`${PULLS}/12`).reply(200, aPull());
    expect(await pulls.getPull(12, { justWritten: true })).toMatchObject({ number: 12 });
    expect(clock.waits).toEqual([1_000]);
  });

  it("read one with its text, which may be none", async () => {
    const { pulls } = setUp();
    const path = `${PULLS}/12`;
    nock(API)
      .get(path)
      .reply(200, { ...aPull(), body: "text" });
    nock(API)
      .get(path)
      .reply(200, { ...aPull(), body: null });
    expect(await pulls.getPullAndBody(12)).toMatchObject({ pull: { number: 12 }, body: "text" });
    expect(await pulls.getPullAndBody(12)).toMatchObject({ pull: { number: 12 }, body: "" });
  });

  it("replace its text, and nothing else, again after an uncertain answer", async () => {
    const { pulls, clock } = setUp();
    const send = () => nock(API).patch(`${PULLS}/12`, { body: "new text" });
    send().reply(502);
    send().reply(200, aPull());
    await pulls.updatePullBody(12, "new text");
    expect(clock.waits).toEqual([500]);
  });

  it("close one, again after an uncertain answer", async () => {
    const { pulls, clock } = setUp();
    const closed = aPull({ state: "closed" });
    nock(API)
      .patch(`${PULLS}/12`, { state: "closed" })
      .reply(502)
      .patch(`${PULLS}/12`, { state: "closed" })
      .reply(200, closed);
    expect(await pulls.closePull(12)).toMatchObject({ state: "closed" });
    expect(clock.waits).toEqual([500]);
  });
});

describe("isOurs", () => {
  const ours = { headSha: HEAD_SHA, repositoryId: REPO_ID, base: "main", botLogin: BOT };
  const pull = pullSchema.parse(aPull());

  it("is true of our commit, in our repository, onto our base, by our bot", () => {
    expect(isOurs(pull, ours)).toBe(true);
    expect(isOurs({ ...pull, state: "closed", merged_at: "2026-11-22T12:00:00Z" }, ours)).toBe(true);
  });

  it.each([
    ["another commit", { head_sha: "b".repeat(40) }],
    ["a fork", { head_repo_id: 43 }],
    ["a fork that is gone", { head_repo_id: null }],
    ["another repository", { base_repo_id: 43 }],
    ["another base", { base_ref: "release" }],
    ["another author", { author_login: "mallory" }],
    ["an author who is gone", { author_login: null }],
  ])("is false of %s", (_, change) => {
    expect(isOurs({ ...pull, ...change }, ours)).toBe(false);
  });

  it("reads a pull request whose fork and author are gone", () => {
    const gone = { ...aPull({ login: null }), head: { sha: HEAD_SHA, ref: "x", repo: null } };
    expect(pullSchema.parse(gone)).toMatchObject({ head_repo_id: null, author_login: null });
  });
});
