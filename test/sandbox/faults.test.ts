import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { READY_ANSWERS } from "../../sandbox/faults/ready-answers.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const REPO = "acme/search-config";
const COMMENTS = `/repos/${REPO}/issues/1/comments`;

const clock = createFakeClock();
let world: TestSandbox;
let authorization: string;
beforeAll(async () => {
  world = await startTestSandbox({ clock });
  authorization = `token ${await world.client.token()}`;
  await world.sandbox.pushAs("bob", REPO, "topic", { "topic.txt": "x\n" });
  const body = { title: "T", head: "topic", base: "main" };
  await world.client.send("POST", `/repos/${REPO}/pulls`, { authorization, body });
});
afterEach(() => world.sandbox.faults.clear());
afterAll(() => world.close());

const get = () => world.client.send("GET", `/repos/${REPO}`, { authorization });
const comment = (body: string) => world.client.send("POST", COMMENTS, { authorization, body: { body } });
const comments = async () => (await world.sandbox.comments(REPO, 1)).map(({ body }) => body);

describe("a fault", () => {
  it("applies to matching requests only, skips the first ones, and ends by itself", async () => {
    const { faults } = world.sandbox;
    faults.add({
      method: "GET",
      path: `*/${REPO}`,
      skip: 1,
      times: 2,
      fault: { kind: "answer", status: 418 },
    });
    const other = world.client.send("GET", `/repos/${REPO}/pulls`, { authorization });
    expect([(await get()).status, (await get()).status, (await get()).status, (await get()).status]).toEqual([
      200, 418, 418, 200,
    ]);
    expect((await other).status).toBe(200);
    expect(faults.list()).toMatchObject([{ matched: 4, applied: 2 }]);
  });

  it("stays until removed when its times are null", async () => {
    const id = world.sandbox.faults.add({ times: null, fault: { kind: "ready", name: "unavailable" } });
    const statuses = [];
    for (let request = 0; request < 3; request += 1) {
      statuses.push((await fetch(`${world.sandbox.apiUrl}/meta`)).status);
    }
    world.sandbox.faults.remove(id);
    statuses.push((await get()).status);
    expect(statuses).toEqual([503, 503, 503, 200]);
  });

  it("can be told by the query", async () => {
    world.sandbox.faults.add({
      path: "*/info/refs?service=git-receive-pack",
      fault: { kind: "answer", status: 418 },
    });
    const refs = `${world.sandbox.url}/${REPO}.git/info/refs`;
    expect((await fetch(`${refs}?service=git-upload-pack`)).status).toBe(401);
    expect((await fetch(`${refs}?service=git-receive-pack`)).status).toBe(418);
  });

  it("of latency waits by the clock, then answers", async () => {
    world.sandbox.faults.add({ path: `*/${REPO}`, fault: { kind: "latency", latency_ms: 1_500 } });
    expect((await get()).status).toBe(200);
    expect(clock.waits).toEqual([1_500]);
  });

  it("answers with the given status, headers and body, without the effect", async () => {
    const fault = {
      kind: "answer",
      status: 409,
      headers: { "x-why": "test" },
      body: { message: "No." },
    } as const;
    world.sandbox.faults.add({ method: "POST", path: "*/comments", fault });
    const answer = await comment("never stored");
    expect(answer).toMatchObject({ status: 409, body: { message: "No." } });
    expect(answer.headers.get("x-why")).toBe("test");
    expect(await comments()).not.toContain("never stored");
  });
});

describe("the ready-made answers", () => {
  const expected = {
    primary_rate_limit: [403, "API rate limit exceeded", "x-ratelimit-reset"],
    secondary_limit_retry_after: [403, "secondary rate limit", "retry-after"],
    secondary_limit_body: [403, "secondary rate limit", null],
    secondary_limit_429: [429, "secondary rate limit", "retry-after"],
    abuse_422: [422, '"code":"abuse"', null],
    bad_credentials: [401, "Bad credentials", null],
    not_found: [404, "Not Found", null],
    server_error: [500, "Server Error", null],
    bad_gateway: [502, "<title>502 Bad Gateway</title>", null],
    unavailable: [503, "<title>Unicorn!</title>", null],
  } as const;

  it.each(READY_ANSWERS)("%s is as GitHub sends it", async (name) => {
    const [status, text, header] = expected[name];
    world.sandbox.faults.add({ fault: { kind: "ready", name, retry_after_s: 7 } });
    const response = await fetch(`${world.sandbox.apiUrl}/meta`);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(text);
    expect(response.headers.has("retry-after")).toBe(header === "retry-after");
    if (header === "retry-after") expect(response.headers.get(header)).toBe("7");
    if (header === "x-ratelimit-reset") {
      expect(response.headers.get("x-ratelimit-remaining")).toBe("0");
      expect(Number(response.headers.get(header))).toBe(Math.ceil(clock.now() / 1000) + 7);
    }
  });
});

describe("a broken connection", () => {
  it("before the effect leaves nothing behind", async () => {
    world.sandbox.faults.add({ method: "POST", fault: { kind: "drop", when: "before" } });
    await expect(comment("dropped before")).rejects.toThrow("fetch failed");
    expect(await comments()).not.toContain("dropped before");
  });

  it("after the effect leaves the effect behind, and no answer", async () => {
    world.sandbox.faults.add({ method: "POST", fault: { kind: "drop", when: "after" } });
    await expect(comment("dropped after")).rejects.toThrow("fetch failed");
    expect(await comments()).toContain("dropped after");
    expect(world.sandbox.requests().at(-1)).toMatchObject({ method: "POST", status: null });
  });

  it("in the middle of an answer shows as one", async () => {
    world.sandbox.faults.add({ method: "POST", fault: { kind: "truncate" } });
    await expect(comment("truncated")).rejects.toThrow();
    expect(await comments()).toContain("truncated");
  });

  it("is not what a page of HTML is: the effect is there, the answer can't be read", async () => {
    world.sandbox.faults.add({ method: "POST", fault: { kind: "html" } });
    await expect(comment("html")).rejects.toThrow("JSON");
    expect(await comments()).toContain("html");
  });
});

describe("a held request", () => {
  it("has no effect before it is released", async () => {
    const { faults } = world.sandbox;
    const id = faults.add({ method: "POST", path: "*/comments", fault: { kind: "hold", when: "before" } });
    const answer = comment("held before");
    await faults.held(id);
    expect(await comments()).not.toContain("held before");
    faults.release(id);
    expect((await answer).status).toBe(201);
    expect(await comments()).toContain("held before");
  });

  it("has its effect before it is answered", async () => {
    const { faults } = world.sandbox;
    const id = faults.add({ method: "POST", path: "*/comments", fault: { kind: "hold", when: "after" } });
    const answer = comment("held after");
    await faults.held(id);
    expect(await comments()).toContain("held after");
    faults.release(id);
    expect((await answer).status).toBe(201);
  });

  it("has its effect and half of its answer out before the rest follows", async () => {
    const { faults } = world.sandbox;
    const id = faults.add({ method: "POST", path: "*/comments", fault: { kind: "hold", when: "midway" } });
    const answer = comment("held midway");
    await faults.held(id);
    expect(await comments()).toContain("held midway");
    faults.release(id);
    expect((await answer).body).toMatchObject({ body: "held midway" });
  });

  it.each(["before", "after", "midway"] as const)(
    "that the network loses %s the effect is not answered",
    async (when) => {
      const { faults } = world.sandbox;
      const text = `lost ${when}`;
      const id = faults.add({ method: "POST", path: "*/comments", fault: { kind: "hold", when } });
      const answer = comment(text).catch((error: unknown) => error);
      await faults.held(id);
      faults.lose(id);
      expect(await answer).toBeInstanceOf(Error);
      expect((await comments()).includes(text)).toBe(when !== "before");
    },
  );

  it("is waited for only as long as its fault is there", async () => {
    const { faults } = world.sandbox;
    const id = faults.add({ fault: { kind: "hold", when: "before" } });
    const waiting = expect(faults.held(id)).rejects.toThrow("was removed");
    faults.remove(id);
    await waiting;
    await expect(faults.held(id)).rejects.toThrow("There is no fault");
  });

  it("goes on when the faults are cleared", async () => {
    const { faults } = world.sandbox;
    const id = faults.add({ fault: { kind: "hold", when: "before" } });
    const answer = get();
    await faults.held(id);
    faults.clear();
    expect((await answer).status).toBe(200);
  });

  it("does not keep the sandbox from closing", async () => {
    const own = await startTestSandbox();
    const id = own.sandbox.faults.add({ fault: { kind: "hold", when: "before" } });
    const answer = fetch(`${own.sandbox.apiUrl}/meta`);
    const settled = expect(answer).rejects.toThrow("fetch failed");
    await own.sandbox.faults.held(id);
    await own.close();
    await settled;
  });
});

describe("the request log", () => {
  it("keeps method, path, query and status, and the fault", async () => {
    const { sandbox, client } = world;
    sandbox.clearRequests();
    const id = sandbox.faults.add({ skip: 1, fault: { kind: "ready", name: "not_found" } });
    await client.send("GET", `/repos/${REPO}/pulls?state=all`, { authorization });
    await client.send("GET", "/meta");
    expect(sandbox.requests()).toEqual([
      {
        method: "GET",
        path: `/api/v3/repos/${REPO}/pulls`,
        query: "?state=all",
        status: 200,
        at: clock.now(),
        fault: null,
      },
      { method: "GET", path: "/api/v3/meta", query: "", status: 404, at: clock.now(), fault: id },
    ]);
  });
});
