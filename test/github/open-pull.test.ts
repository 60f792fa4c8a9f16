import nock from "nock";
import { describe, expect, it } from "vitest";
import { findOurPull, openPull } from "../../src/github/open-pull.ts";
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
const ours = { headSha: HEAD_SHA, repositoryId: REPO_ID, botLogin: BOT };
const input = { title: "t", head: "relyloop/study-1", base: "main", body: "b", headOwner: "acme", ours };
const exists = {
  message: "Validation Failed",
  errors: [{ message: "A pull request already exists for acme:x." }],
};

const setUp = () => {
  const { client, clock, abort } = createClientFixture();
  const pulls = createPullRequests(client);
  const open = () => openPull({ pulls, clock, signal: abort.signal }, input);
  /** Answers each POST with the next status (0: the connection breaks), each look with the next list. */
  const answer = (posts: number[], looks: object[][]) => {
    for (const status of posts) {
      const post = nock(API).post(PULLS);
      const body = status === 201 ? aPull() : status === 422 ? exists : {};
      if (status === 0) post.replyWithError("socket hang up");
      else post.reply(status, body);
    }
    for (const list of looks) nock(API).get(PULLS).query(true).reply(200, list);
  };
  return { clock, open, answer, pulls };
};

describe("openPull", () => {
  it("does not look before the first try", async () => {
    const { open, answer, clock } = setUp();
    answer([201], []);
    expect(await open()).toMatchObject({ kind: "opened", pull: { number: 12 } });
    expect(clock.waits).toEqual([]);
  });

  it.each([0, 502, 422])("looks after %i (0: no answer) and adopts what is ours", async (status) => {
    const { open, answer, clock } = setUp();
    answer([status], [[aPull({ number: 5 })]]);
    expect(await open()).toMatchObject({ kind: "adopted", pull: { number: 5 } });
    expect(clock.waits).toEqual([1_000]);
  });

  it.each([0, 502])("looks after %i and sends it again when there is none", async (status) => {
    const { open, answer } = setUp();
    answer([status, 201], [[]]);
    expect(await open()).toMatchObject({ kind: "opened" });
  });

  it.each([0, 502, 422])(
    "gives up after 3 sendings that end in %i, each followed by a look",
    async (status) => {
      const { open, answer } = setUp();
      answer([status, status, status], [[], [], []]);
      await expect(open()).rejects.toMatchObject({ code: "GITHUB_API_FAILED" });
    },
  );

  it("adopts one that was closed or merged meanwhile, but the open one first", async () => {
    const { open, answer } = setUp();
    answer([502], [[aPull({ number: 8, state: "closed" }), aPull({ number: 7 })]]);
    expect(await open()).toMatchObject({ kind: "adopted", pull: { number: 7 } });
    answer([502], [[aPull({ number: 5, state: "closed" }), aPull({ number: 6, state: "closed" })]]);
    expect(await open()).toMatchObject({ kind: "adopted", pull: { number: 6 } });
  });

  it("does not adopt a stranger's, and says whose is in the way", async () => {
    const { open, answer } = setUp();
    answer([422], [[aPull({ number: 9, login: "mallory" })]]);
    await expect(open()).rejects.toThrow(
      "The open pull request #9 of mallory for relyloop/study-1 is not ours.",
    );
  });

  it("does not adopt one of our bot's with another commit", async () => {
    const { open, answer } = setUp();
    answer([422], [[aPull({ sha: "b".repeat(40) })]]);
    await expect(open()).rejects.toMatchObject({ code: "GITHUB_API_FAILED" });
  });

  it("is not stopped by a stranger's that is closed or has another base", async () => {
    const { open, answer } = setUp();
    const others = [
      aPull({ login: "mallory", state: "closed" }),
      aPull({ login: "mallory", base: "release" }),
    ];
    answer([502, 201], [others]);
    expect(await open()).toMatchObject({ kind: "opened" });
  });

  it("fails at once on a refusal", async () => {
    const { open } = setUp();
    nock(API).post(PULLS).reply(403, { message: "Resource not accessible by integration" });
    await expect(open()).rejects.toMatchObject({ status: 403 });
  });
});

describe("findOurPull", () => {
  it("finds ours whatever its state, and nobody else's", async () => {
    const { pulls, answer } = setUp();
    const query = { headOwner: "acme", head: "relyloop/study-1", ours: [{ ...ours, base: "main" }] };
    answer([], [[aPull({ number: 3, login: "mallory" }), aPull({ number: 2, state: "closed" })], []]);
    expect(await findOurPull(pulls, query)).toMatchObject({ number: 2 });
    expect(await findOurPull(pulls, query)).toBeNull();
  });
});
