import nock from "nock";
import { describe, expect, it } from "vitest";
import { createAppAuthentication } from "../../src/github/app-auth.ts";
import { listInstallationRepositories } from "../../src/github/installation-repositories.ts";
import {
  API,
  anInstallation,
  createClientFixture,
  PRIVATE_KEY,
  policyDeps,
  useNock,
} from "../support/github-fixture.ts";

useNock();

const LIST = "/installation/repositories";

const setUp = () => {
  const { github, clock } = createClientFixture();
  const appAuth = createAppAuthentication({ ...policyDeps(clock), appId: 123, privateKey: PRIVATE_KEY });
  const abort = new AbortController();
  const list = () =>
    listInstallationRepositories({ appAuth, github, clock }, { installationId: 7, signal: abort.signal });
  return { list, clock, abort };
};

const mint = () =>
  nock(API)
    .post("/app/installations/7/access_tokens", { permissions: { metadata: "read" } })
    .reply(201, { token: "t1", expires_at: "2026-11-22T13:00:00Z", permissions: {} });

const aRepository = (id: number) => ({
  id,
  name: `config-${id}`,
  full_name: `acme/config-${id}`,
  owner: { login: "acme", id: 99 },
  default_branch: "main",
  archived: false,
  private: true,
});

/** One page of a list that goes on, unless it is the last. */
const answerPage = (page: number, ids: number[], total: number, { last = false } = {}) =>
  nock(API, { reqheaders: { authorization: "token t1" } })
    .get(LIST)
    .query({ per_page: "100", page: String(page) })
    .reply(
      200,
      { total_count: total, repositories: ids.map(aRepository) },
      last ? {} : { link: `<${API}${LIST}?page=${page + 1}>; rel="next"` },
    );

describe("the list of an installation's repositories", () => {
  it("is read page by page, with a token that may read no more than which there are", async () => {
    const { list } = setUp();
    mint();
    answerPage(1, [1, 2], 3);
    answerPage(2, [3], 3, { last: true });

    const { repositories, extent } = await list();

    expect(extent).toBe("whole");
    expect(repositories.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(repositories[0]).toEqual({
      id: 1,
      owner: "acme",
      owner_id: 99,
      name: "config-1",
      full_name: "acme/config-1",
      default_branch: "main",
      archived: false,
    });
  });

  it("may be empty", async () => {
    const { list } = setUp();
    mint();
    answerPage(1, [], 0, { last: true });
    expect(await list()).toEqual({ repositories: [], extent: "whole" });
  });

  it.each([
    ["a page repeats what the one before had", [[1, 2], [2]], [3, 3]],
    ["one went from the first page, and the second begins too late", [[1, 2], [4]], [4, 3]],
    ["one is missing", [[1], [2]], [3, 3]],
  ])("is read again when %s", async (_, pages, totals) => {
    const { list, clock } = setUp();
    mint();
    answerPage(1, pages[0] ?? [], totals[0] ?? 0);
    answerPage(2, pages[1] ?? [], totals[1] ?? 0, { last: true });
    answerPage(1, [1, 2], 3);
    answerPage(2, [3], 3, { last: true });

    expect(await list()).toMatchObject({ extent: "whole", repositories: [{ id: 1 }, { id: 2 }, { id: 3 }] });
    expect(clock.waits).toEqual([1_000]);
  });

  it("that never settles is given as it was read last, and called so", async () => {
    const { list, clock } = setUp();
    mint();
    for (const ids of [[1], [1], [1, 2]]) answerPage(1, ids, 3, { last: true });

    expect(await list()).toMatchObject({ extent: "moving", repositories: [{ id: 1 }, { id: 2 }] });
    expect(clock.waits).toEqual([1_000, 3_000]);
  });

  it("of more than 20,000 is read so far, and not again", async () => {
    const { list } = setUp();
    mint();
    let pages = 0;
    nock(API)
      .get(LIST)
      .query(true)
      .times(200)
      .reply(() => {
        pages += 1;
        const body = { total_count: 20_001, repositories: [aRepository(pages)] };
        return [200, body, { link: `<${API}${LIST}?page=${pages + 1}>; rel="next"` }];
      });

    const { repositories, extent } = await list();

    expect({ extent, pages, read: repositories.length }).toEqual({
      extent: "too_long",
      pages: 200,
      read: 200,
    });
  });

  it("asks with a new token when the first is refused", async () => {
    const { list } = setUp();
    mint();
    nock(API).get(LIST).query(true).reply(401);
    nock(API)
      .post("/app/installations/7/access_tokens")
      .reply(201, { token: "t2", expires_at: "2026-11-22T13:00:00Z", permissions: {} });
    nock(API, { reqheaders: { authorization: "token t2" } })
      .get(LIST)
      .query(true)
      .reply(200, { total_count: 0, repositories: [] });
    expect(await list()).toMatchObject({ extent: "whole" });
  });

  it("fails with the reason when the installation is suspended meanwhile", async () => {
    const { list } = setUp();
    nock(API).post("/app/installations/7/access_tokens").reply(403, { message: "suspended" });
    nock(API)
      .get("/app/installations/7")
      .reply(200, { ...anInstallation(), suspended_at: "2026-11-22T12:00:00Z" });
    await expect(list()).rejects.toMatchObject({ code: "GITHUB_NOT_CONFIGURED", reason: "suspended" });
  });

  it("fails when a page can't be read, and stops when it is told to", async () => {
    const { list, abort } = setUp();
    mint();
    nock(API)
      .get(LIST)
      .query(true)
      .reply(200, { repositories: [{ id: "one" }] });
    await expect(list()).rejects.toMatchObject({ code: "GITHUB_API_FAILED" });

    abort.abort(new Error("stopping"));
    await expect(list()).rejects.toThrow("stopping");
  });
});
