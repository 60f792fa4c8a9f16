import { describe, expect, it } from "vitest";
import { send, TOKENS, useHttpServer } from "./http-harness.ts";

const http = useHttpServer();

describe("the internal API", () => {
  it("answers 401 with WWW-Authenticate when no token is sent", async () => {
    const answer = await http.call("GET", "proposals", { token: null });

    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
    expect(answer.body).toEqual({
      detail: { error_code: "UNAUTHORIZED", message: expect.any(String), retryable: false },
    });
  });

  it.each([
    ["an unknown secret", "Bearer unknown-0123456789abcdef0123456789abcdef"],
    ["the beginning of a secret", `Bearer ${TOKENS.all.slice(0, -1)}`],
    ["a secret with something behind it", `Bearer ${TOKENS.all}x`],
    ["another scheme", `Basic ${TOKENS.all}`],
    ["a bare secret", TOKENS.all],
    ["no secret", "Bearer "],
    ["two secrets", `Bearer ${TOKENS.all} ${TOKENS.reader}`],
    ["a token's name", "Bearer all"],
  ])("answers 401 to %s", async (_what, authorization) => {
    const answer = await http.call("GET", "proposals", { token: null, headers: { authorization } });

    expect(answer.status).toBe(401);
  });

  it("takes the scheme in any case", async () => {
    const headers = { authorization: `bearer ${TOKENS.reader}` };

    expect((await http.call("GET", "proposals", { token: null, headers })).status).toBe(200);
  });

  it("lets a token read only with the scope read", async () => {
    expect((await http.call("GET", "clusters", { token: TOKENS.reader })).status).toBe(200);

    const answer = await http.call("GET", "clusters", { token: TOKENS.writer });
    expect(answer.status).toBe(403);
    expect(answer.body.detail.error_code).toBe("FORBIDDEN");
  });

  it.each(["POST", "PUT", "PATCH"] as const)("lets a token %s only with the scope write", async (method) => {
    const path = method === "POST" ? "clusters" : `studies/0198a0c0-0000-7000-8000-000000000000`;

    const refused = await http.call(method, path, { token: TOKENS.reader, payload: {} });
    const admitted = await http.call(method, path, { token: TOKENS.writer, payload: {} });

    expect(refused.status).toBe(403);
    expect([404, 422]).toContain(admitted.status);
  });

  it("asks for a token before it says that a route does not exist", async () => {
    expect((await http.call("GET", "no-such-route", { token: null })).status).toBe(401);
    expect((await http.call("DELETE", "proposals", { token: TOKENS.reader })).status).toBe(403);
    expect((await http.call("GET", "no-such-route")).body.detail.error_code).toBe("NOT_FOUND");
  });

  it("asks for a token before it says that a path can't be decoded", async () => {
    expect((await http.call("GET", "proposals/%ff", { token: null })).status).toBe(401);

    const answer = await http.call("GET", "proposals/%ff");
    expect(answer.status).toBe(400);
    expect(answer.body.detail.error_code).toBe("BAD_REQUEST");
  });

  it("asks for a token before it reads a body", async () => {
    const answer = await http.call("POST", "clusters", {
      token: null,
      payload: "{broken",
      headers: { "content-type": "application/json" },
    });

    expect(answer.status).toBe(401);
  });
});

describe("rate limits", () => {
  it("stop guesses from one address after 120 in a minute, and say when to come back", async () => {
    const app = await http.serve({});
    for (let guess = 0; guess < 120; guess += 1) {
      const answer = await send(app, "GET", "proposals", { token: `guess-${guess}` });
      expect(answer.status).toBe(401);
    }

    const answer = await send(app, "GET", "proposals", { token: "one-more" });

    expect(answer.status).toBe(429);
    expect(answer.body.detail).toMatchObject({ error_code: "RATE_LIMITED", retryable: true });
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    // A right token may come from behind the same proxy.
    expect((await send(app, "GET", "proposals")).status).toBe(200);
  });

  it("count guesses on paths that can't be decoded too", async () => {
    const app = await http.serve({});
    for (let guess = 0; guess < 120; guess += 1) await send(app, "GET", "x/%ff", { token: `guess-${guess}` });

    expect((await send(app, "GET", "x/%ff", { token: "one-more" })).status).toBe(429);
  });

  it("leave 3,000 requests a minute to each token", async () => {
    const app = await http.serve({});
    for (let request = 0; request < 3_000; request += 1) await send(app, "GET", "no-such-route");

    expect((await send(app, "GET", "clusters")).status).toBe(429);
    expect((await send(app, "GET", "clusters", { token: TOKENS.reader })).status).toBe(200);
  });

  it("hold for routes without a token, known or not", async () => {
    const app = await http.serve({});
    for (let request = 0; request < 600; request += 1) {
      await send(app, "GET", "/healthz", { token: null });
      await send(app, "GET", "/no-such-page", { token: null });
    }

    expect((await send(app, "GET", "/healthz", { token: null })).status).toBe(429);
    expect((await send(app, "GET", "/no-such-page", { token: null })).status).toBe(429);
    expect((await send(app, "GET", "/api/docs/", { token: null })).status).toBe(429);
  });
});
