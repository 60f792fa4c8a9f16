import nock from "nock";
import { describe, expect, it } from "vitest";
import { createComments } from "../../src/github/comments.ts";
import { API, BOT, createClientFixture, useNock } from "../support/github-fixture.ts";

useNock();

const ISSUE = "/repos/acme/search-config/issues/12/comments";
const MARKER = "<!-- relyloop:proposal=1 -->";
const aComment = (id: number, login: string | null = BOT, body = `chart ${MARKER}`) => ({
  id,
  html_url: `https://github.com/acme/search-config/pull/12#issuecomment-${id}`,
  body,
  user: login === null ? null : { login },
});

const setUp = () => {
  const { client, clock } = createClientFixture();
  const comments = createComments({ client, clock });
  const ensure = (first: boolean) =>
    comments.ensureComment({ issue: 12, body: `chart ${MARKER}`, marker: MARKER, botLogin: BOT, first });
  return { comments, ensure, clock };
};
const list = (...found: object[]) => nock(API).get(ISSUE).query(true).reply(200, found);
const remove = (id: number, status = 204) =>
  nock(API).delete(`/repos/acme/search-config/issues/comments/${id}`).reply(status);

describe("ensureComment", () => {
  it("posts at once on a first run", async () => {
    const { ensure, clock } = setUp();
    nock(API)
      .post(ISSUE, { body: `chart ${MARKER}` })
      .reply(201, aComment(1));
    expect(await ensure(true)).toMatchObject({ kind: "posted", comment: { id: 1 } });
    expect(clock.waits).toEqual([]);
  });

  it("looks first on a later run, and keeps what is there", async () => {
    const { ensure } = setUp();
    list(aComment(1));
    expect(await ensure(false)).toMatchObject({ kind: "kept", comment: { id: 1 } });
  });

  it("looks first on a later run, and posts when there is none", async () => {
    const { ensure } = setUp();
    list();
    nock(API).post(ISSUE).reply(201, aComment(2));
    expect(await ensure(false)).toMatchObject({ kind: "posted", comment: { id: 2 } });
  });

  it("deletes all own marked ones but the oldest, and nobody else's", async () => {
    const { ensure } = setUp();
    const others = [aComment(2, "mallory"), aComment(3, null), aComment(4, BOT, "another text")];
    list(aComment(9), aComment(5), ...others, aComment(7));
    remove(7);
    remove(9, 404);
    expect(await ensure(false)).toMatchObject({ kind: "kept", comment: { id: 5 } });
  });

  it.each([0, 502])(
    "looks after an uncertain answer (%i; 0: none), and does not post again",
    async (status) => {
      const { ensure, clock } = setUp();
      const post = nock(API).post(ISSUE);
      if (status === 0) post.replyWithError("socket hang up");
      else post.reply(status);
      list(aComment(1));
      expect(await ensure(true)).toMatchObject({ kind: "kept", comment: { id: 1 } });
      expect(clock.waits).toEqual([1_000]);
    },
  );

  it("posts again when nothing came of it, and clears up what shows late", async () => {
    const { ensure } = setUp();
    nock(API).post(ISSUE).reply(502).post(ISSUE).reply(201, aComment(2));
    list();
    list(aComment(1), aComment(2));
    remove(2);
    expect(await ensure(true)).toMatchObject({ kind: "posted", comment: { id: 1 } });
  });

  it("gives up after 3 uncertain ones, each followed by a look", async () => {
    const { ensure } = setUp();
    for (let send = 0; send < 3; send++) {
      nock(API).post(ISSUE).reply(502);
      list();
    }
    await expect(ensure(true)).rejects.toMatchObject({ name: "UncertainWriteError" });
  });

  it("fails at once on a refusal", async () => {
    const { ensure } = setUp();
    nock(API).post(ISSUE).reply(403, { message: "Issue is locked" });
    await expect(ensure(true)).rejects.toMatchObject({ code: "GITHUB_API_FAILED", status: 403 });
  });

  it("looks no further back than it is told", async () => {
    const { comments } = setUp();
    const since = "2026-11-22T12:00:00Z";
    nock(API)
      .get(ISSUE)
      .query({ per_page: "100", page: "1", since })
      .reply(200, [aComment(1)]);
    const input = { issue: 12, body: MARKER, marker: MARKER, botLogin: BOT, first: false, since };
    expect(await comments.ensureComment(input)).toMatchObject({ kind: "kept" });
  });

  it("finds its own on a later page", async () => {
    const { ensure } = setUp();
    nock(API)
      .get(ISSUE)
      .query({ per_page: "100", page: "1" })
      .reply(200, [aComment(1, "mallory")], { link: '<x>; rel="next"' })
      .get(ISSUE)
      .query({ per_page: "100", page: "2" })
      .reply(200, [aComment(2)]);
    expect(await ensure(false)).toMatchObject({ kind: "kept", comment: { id: 2 } });
  });
});

describe("addComment", () => {
  it("waits for a pull request that was opened just now", async () => {
    const { comments, clock } = setUp();
    nock(API).post(ISSUE).reply(404).post(ISSUE).reply(201, aComment(1));
    expect(await comments.addComment(12, "Rejected.")).toMatchObject({ id: 1 });
    expect(clock.waits).toEqual([1_000]);
  });
});

describe("getComment", () => {
  const ONE = "/repos/acme/search-config/issues/comments/5";
  const said = {
    ...aComment(5),
    body: "/relyloop refresh",
    user: { id: 77, login: "ada", type: "User", site_admin: false },
    created_at: "2026-11-22T12:00:00Z",
    issue_url: "https://api.github.com/repos/acme/renamed-since/issues/12",
  };

  it("reads what somebody wrote, and where", async () => {
    const { comments } = setUp();
    nock(API).get(ONE).reply(200, said);
    expect(await comments.getComment(5)).toEqual({
      id: 5,
      body: "/relyloop refresh",
      author: { id: 77, login: "ada", type: "User" },
      created_at: "2026-11-22T12:00:00Z",
      issue: 12,
    });
  });

  it("reads one whose author is gone", async () => {
    const { comments } = setUp();
    nock(API)
      .get(ONE)
      .reply(200, { ...said, user: null });
    expect(await comments.getComment(5)).toMatchObject({ author: null });
  });

  it("waits for one that was written just now, then takes it for gone", async () => {
    const { comments, clock } = setUp();
    nock(API).get(ONE).reply(404).get(ONE).reply(200, said);
    expect(await comments.getComment(5)).toMatchObject({ id: 5 });
    nock(API).get(ONE).times(3).reply(404);
    expect(await comments.getComment(5)).toBeNull();
    expect(clock.waits).toEqual([1_000, 1_000, 4_000]);
  });

  it("does not take a number from just any address", async () => {
    const { comments } = setUp();
    nock(API)
      .get(ONE)
      .reply(200, { ...said, issue_url: "https://api.github.com/repos/acme/issues/12x" });
    await expect(comments.getComment(5)).rejects.toThrow(/issue_url/);
  });
});
