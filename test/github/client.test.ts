import nock from "nock";
import { describe, expect, it, vi } from "vitest";
import { GithubApiError, RescheduleError, UncertainWriteError } from "../../src/github/github-errors.ts";
import { API, createClientFixture, TOKEN, useNock } from "../support/github-fixture.ts";

useNock();

const PULLS = "/repos/acme/search-config/pulls";
const GET = "GET /repos/{owner}/{repo}/pulls";
const POST = "POST /repos/{owner}/{repo}/pulls";
const target = { owner: "acme", repo: "search-config" };
const newPull = { ...target, title: "t", head: "h", base: "main" };

describe("a request", () => {
  it("carries the installation's token, the API version and the app's name", async () => {
    const { client } = createClientFixture();
    nock(API, {
      reqheaders: {
        authorization: `token ${TOKEN}`,
        "x-github-api-version": "2022-11-28",
        "user-agent": /^relyloop-github-app /,
        accept: "application/vnd.github.v3+json",
      },
    })
      .get(PULLS)
      .reply(200, []);
    expect((await client.request(GET, target)).data).toEqual([]);
  });

  it("is reported with its route, not its address, for the metrics", async () => {
    const { client, responses } = createClientFixture();
    nock(API).get(PULLS).reply(502).get(PULLS).reply(200, [], { "x-ratelimit-remaining": "4990" });
    await client.request(GET, target);
    const route = "GET /repos/{owner}/{repo}/pulls";
    expect(responses).toEqual([
      { installationId: 7, route, status: 502, duration_ms: 0, rateLimitRemaining: null },
      { installationId: 7, route, status: 200, duration_ms: 0, rateLimitRemaining: 4990 },
    ]);
  });

  it("goes to the API of another host", async () => {
    const { client } = createClientFixture({ owner: "o" });
    nock(API).get("/repos/o/r/pulls").reply(200, []);
    await client.request(GET, { owner: "o", repo: "r" });
  });
});

describe("a read", () => {
  it("is tried again, and only as often as our own policy says", async () => {
    const { client, clock } = createClientFixture();
    nock(API).get(PULLS).times(6).reply(502, "<html>Bad gateway</html>", { "content-type": "text/html" });
    const refusal = client.request(GET, target);
    await expect(refusal).rejects.toBeInstanceOf(GithubApiError);
    await expect(refusal).rejects.toMatchObject({
      status: 502,
      message: "GitHub answered GET /repos/{owner}/{repo}/pulls with 502",
    });
    expect(clock.waits).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
  });

  it("is tried again when the connection breaks", async () => {
    const { client, clock } = createClientFixture();
    nock(API).get(PULLS).replyWithError("socket hang up").get(PULLS).reply(200, []);
    await client.request(GET, target);
    expect(clock.waits).toEqual([500]);
  });

  it("mints anew after a 401", async () => {
    const { client, clock, renewals } = createClientFixture();
    nock(API).get(PULLS).reply(401, { message: "Bad credentials" }).get(PULLS).reply(200, []);
    await client.request(GET, target);
    expect(renewals).toEqual(["renewed"]);
    expect(clock.waits).toEqual([1_000]);
  });

  it("of an object just written is tried again after a 404, of any other one not", async () => {
    const { client, clock } = createClientFixture();
    nock(API).get(PULLS).times(2).reply(404).get(PULLS).reply(200, []).get(PULLS).reply(404);
    await client.request(GET, { ...target, request: { justWritten: true } });
    await expect(client.request(GET, target)).rejects.toMatchObject({ status: 404 });
    expect(clock.waits).toEqual([1_000, 4_000]);
  });

  it("sits out a short rate limit, and leaves a long one to another run", async () => {
    const { client, clock } = createClientFixture();
    nock(API)
      .get(PULLS)
      .reply(403, {}, { "retry-after": "42" })
      .get(PULLS)
      .reply(429, {}, { "retry-after": "600" });
    await expect(client.request(GET, target)).rejects.toMatchObject({
      until: new Date(clock.now() + 42_000 + 600_000),
    });
    expect(clock.waits).toEqual([42_000]);
  });

  it("needs no place in the pacing of writes, and no fence", async () => {
    const beforeWrite = vi.fn(async () => {});
    const { client, clock } = createClientFixture({ beforeWrite });
    nock(API).get(PULLS).times(10).reply(200, []);
    for (let read = 0; read < 10; read++) await client.request(GET, target);
    expect(beforeWrite).not.toHaveBeenCalled();
    expect(clock.waits).toEqual([]);
  });

  it("is broken off in flight when the job is stopped", async () => {
    let brokenOff = false;
    const { client, abort } = createClientFixture({
      fetch: async (_, init) => {
        abort.abort(new Error("stopping"));
        brokenOff = init?.signal?.aborted === true;
        throw new Error("aborted");
      },
    });
    await expect(client.request(GET, target)).rejects.toThrow("stopping");
    expect(brokenOff).toBe(true);
  });

  it("is not tried again when the job is stopped", async () => {
    const { client, abort, clock } = createClientFixture();
    nock(API)
      .get(PULLS)
      .reply(() => {
        abort.abort(new Error("stopping"));
        return [502, ""];
      });
    await expect(client.request(GET, target)).rejects.toThrow("stopping");
    expect(clock.waits).toEqual([]);
  });
});

describe("a write that must not be done twice", () => {
  it.each([500, 502, 503, 504])("is not sent again after a %i", async (status) => {
    const { client, clock } = createClientFixture();
    nock(API).post(PULLS).reply(status, { message: "Server Error" });
    const refusal = client.request(POST, newPull);
    await expect(refusal).rejects.toBeInstanceOf(UncertainWriteError);
    await expect(refusal).rejects.toMatchObject({
      code: "GITHUB_API_FAILED",
      cause: expect.any(GithubApiError),
    });
    expect(clock.waits).toEqual([]);
  });

  it("is not sent again when the connection breaks", async () => {
    const { client } = createClientFixture();
    nock(API).post(PULLS).replyWithError("socket hang up");
    await expect(client.request(POST, newPull)).rejects.toBeInstanceOf(UncertainWriteError);
  });

  it.each([
    ["a rate limit", 403, { message: "You have exceeded a secondary rate limit" }, {}, 60_000],
    ["429 with Retry-After", 429, {}, { "retry-after": "3" }, 3_000],
    ["422 with the code abuse", 422, { errors: [{ code: "abuse" }] }, { "retry-after": "9" }, 9_000],
    ["401", 401, { message: "Bad credentials" }, {}, 1_000],
  ])("is sent again after %s: nothing was done", async (_, status, body, headers, wait_ms) => {
    const { client, clock } = createClientFixture();
    nock(API).post(PULLS).reply(status, body, headers).post(PULLS).reply(201, { number: 1 });
    expect((await client.request(POST, newPull)).status).toBe(201);
    expect(clock.waits).toEqual([wait_ms]);
  });

  it("is left to another run by a primary rate limit", async () => {
    const { client, clock } = createClientFixture();
    const reset = Math.floor(clock.now() / 1_000) + 1_800;
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) };
    nock(API).post(PULLS).reply(403, { message: "API rate limit exceeded" }, headers);
    const refusal = client.request(POST, newPull);
    await expect(refusal).rejects.toBeInstanceOf(RescheduleError);
    await expect(refusal).rejects.toMatchObject({ until: new Date(reset * 1_000) });
  });

  it("has any other 4xx told in GitHub's own words, without secrets and links", async () => {
    const { client } = createClientFixture();
    const errors = [
      { message: "No commits between main and h" },
      { field: "head", code: "invalid" },
      "plain",
    ];
    const documentation_url = "https://docs.github.com/rest";
    nock(API)
      .post(PULLS)
      .reply(422, { message: `Validation Failed ${TOKEN}\u0007`, errors, documentation_url });
    const refusal = client.request(POST, newPull);
    await expect(refusal).rejects.toMatchObject({
      code: "GITHUB_API_FAILED",
      reason: "http_422",
      status: 422,
    });
    await expect(refusal).rejects.toThrow(
      /^GitHub answered POST \/repos\/\{owner\}\/\{repo\}\/pulls with 422: Validation Failed \[redacted\] : No commits between main and h: head invalid: plain$/,
    );
  });

  it("has a long refusal told in at most 500 characters", async () => {
    const { client } = createClientFixture();
    nock(API)
      .post(PULLS)
      .reply(422, { message: "x".repeat(100_000) });
    const error = await client.request(POST, newPull).catch((refusal: Error) => refusal);
    expect((error as Error).message).toHaveLength(500);
  });
});

describe("every write", () => {
  it("asks the fence right before each sending, the second one too", async () => {
    const steps: string[] = [];
    const { client } = createClientFixture({ beforeWrite: async () => void steps.push("fence") });
    const answer = (status: number) => () => {
      steps.push(`POST ${status}`);
      return [status, {}, { "retry-after": "1" }] as [number, object, Record<string, string>];
    };
    nock(API).post(PULLS).reply(answer(429)).post(PULLS).reply(answer(201));
    await client.request(POST, newPull);
    expect(steps).toEqual(["fence", "POST 429", "fence", "POST 201"]);
  });

  it("is not sent once the fence is lost", async () => {
    const lost = new Error("fence lost");
    const { client } = createClientFixture({ beforeWrite: () => Promise.reject(lost) });
    await expect(client.request(POST, newPull)).rejects.toBe(lost);
  });

  it("is paced: a burst of 5, then one a second", async () => {
    const { client, clock } = createClientFixture();
    nock(API).post(PULLS).times(7).reply(201, {});
    for (let write = 0; write < 7; write++) await client.request(POST, newPull);
    expect(clock.waits).toEqual([1_000, 1_000]);
  });

  it("that may be done twice is sent again after a 5xx", async () => {
    const { client, clock } = createClientFixture();
    const path = "/repos/acme/search-config/issues/comments/5";
    nock(API).delete(path).reply(502).delete(path).reply(204);
    await client.request("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", {
      ...target,
      comment_id: 5,
    });
    expect(clock.waits).toEqual([500]);
  });
});
