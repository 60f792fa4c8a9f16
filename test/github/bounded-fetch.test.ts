import nock from "nock";
import { describe, expect, it } from "vitest";
import { createBoundedFetch, type Fetch } from "../../src/github/bounded-fetch.ts";
import { API, createClientFixture, useNock } from "../support/github-fixture.ts";

useNock();

const GET = "GET /repos/{owner}/{repo}";
const name = { owner: "acme", repo: "old" };

describe("a redirect of a renamed repository", () => {
  it("is followed by a read", async () => {
    const { client } = createClientFixture();
    nock(API)
      .get("/repos/acme/old")
      .reply(301, {}, { location: `${API}/repositories/42` })
      .get("/repositories/42")
      .reply(200, { id: 42 });
    expect((await client.request(GET, name)).data).toEqual({ id: 42 });
  });

  it.each([
    "https://evil.example/repositories/42",
    "http://api.github.com/repositories/42",
    "https://api.github.com:8443/x",
  ])("to %s is not followed: the token stays on the host", async (location) => {
    const { client } = createClientFixture();
    nock(API).get("/repos/acme/old").reply(301, {}, { location });
    await expect(client.request(GET, name)).rejects.toMatchObject({ code: "GITHUB_API_FAILED", status: 301 });
  });

  it("is followed 3 times at most", async () => {
    const { client } = createClientFixture();
    nock(API).get("/repos/acme/old").times(4).reply(302, {}, { location: "/repos/acme/old" });
    await expect(client.request(GET, name)).rejects.toMatchObject({ status: 302 });
  });

  it("takes a write along with its body where GitHub says so (307), and nowhere else", async () => {
    const { client } = createClientFixture();
    const POST = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
    const comment = { ...name, issue_number: 1, body: "hello" };
    nock(API)
      .post("/repos/acme/old/issues/1/comments")
      .reply(307, {}, { location: `${API}/repositories/42/issues/1/comments` })
      .post("/repositories/42/issues/1/comments", { body: "hello" })
      .reply(201, { id: 1 })
      .post("/repos/acme/old/issues/1/comments")
      .reply(301, {}, { location: `${API}/repositories/42/issues/1/comments` });
    expect((await client.request(POST, comment)).status).toBe(201);
    await expect(client.request(POST, comment)).rejects.toMatchObject({ status: 301 });
  });
});

describe("an answer", () => {
  it("that breaks off in the middle is no answer", async () => {
    const broken = new ReadableStream({
      start: (stream) => {
        stream.enqueue(new TextEncoder().encode('{"id":'));
        stream.error(new Error("terminated"));
      },
    });
    const fetch: Fetch = async () => new Response(broken);
    await expect(createBoundedFetch({ fetch })(API)).rejects.toThrow("terminated");
  });

  it("of more than 16 MB is not read to its end", async () => {
    let read_bytes = 0;
    const endless = new ReadableStream({
      pull: (stream) => {
        read_bytes += 1024 * 1024;
        stream.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    const fetch: Fetch = async () => new Response(endless);
    await expect(createBoundedFetch({ fetch })(API)).rejects.toThrow("larger than 16777216 bytes");
    expect(read_bytes).toBeLessThan(32 * 1024 * 1024);
  });

  it("that does not come ends in a time-out", async () => {
    const fetch: Fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      });
    await expect(createBoundedFetch({ fetch, timeout_ms: 1 })(API)).rejects.toThrow(/timeout/);
  });

  it("without a body keeps its status", async () => {
    for (const status of [204, 304]) {
      const fetch: Fetch = async () => new Response(null, { status, headers: { etag: '"1"' } });
      const response = await createBoundedFetch({ fetch })(API);
      expect([response.status, response.headers.get("etag")]).toEqual([status, '"1"']);
    }
  });
});
