import { sql } from "kysely";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { connect } from "../../src/db/connect.ts";
import type { HealthCheck, WatchDeps } from "../../src/http/http-deps.ts";
import { createWorkerServer } from "../../src/http/worker-server.ts";
import { createTestDatabase } from "../support/postgres.ts";
import { clusterBody } from "./http-fixtures.ts";
import { send, TOKENS, useHttpServer } from "./http-harness.ts";

const http = useHttpServer();
const ok = async (): Promise<HealthCheck> => ({ ok: true, detail: "fine" });
const healthy = { database: ok, queue: ok, schema: ok, github: ok };

const watch: WatchDeps = {
  tokens: [{ name: "prometheus", scopes: ["metrics"], secret: TOKENS.metrics }],
  log: pino({ level: "silent" }),
  redact: (text) => text,
  checks: healthy,
  metrics: { render: async () => "jobs 3\n", contentType: "text/plain; version=0.0.4; charset=utf-8" },
};

describe.each([
  ["a web process", async (changes: Partial<WatchDeps>) => http.serve({ ...watch, ...changes })],
  ["a worker", async (changes: Partial<WatchDeps>) => createWorkerServer({ ...watch, ...changes })],
])("%s", (_kind, serve) => {
  it("answers /healthz and /readyz without a token", async () => {
    const app = await serve({});

    expect(await send(app, "GET", "/healthz", { token: null })).toMatchObject({
      status: 200,
      body: { status: "ok" },
    });
    expect(await send(app, "GET", "/readyz", { token: null })).toMatchObject({
      status: 200,
      body: { status: "ready", checks: { database: { ok: true, detail: "fine" } } },
    });
    await app.close();
  });

  it.each([
    ["database", "DATABASE_UNAVAILABLE"],
    ["schema", "DATABASE_UNAVAILABLE"],
    ["queue", "QUEUE_UNAVAILABLE"],
  ])("is not ready without its %s", async (part, error_code) => {
    const app = await serve({
      checks: { ...healthy, [part]: async () => ({ ok: false, detail: "behind this version" }) },
    });

    const answer = await send(app, "GET", "/readyz", { token: null });

    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({
      detail: { error_code, retryable: true, message: expect.stringContaining("behind this version") },
      status: "not_ready",
      checks: { [part]: { ok: false, detail: "behind this version" }, github: { ok: true } },
    });
    await app.close();
  });

  it("reports GitHub without depending on it", async () => {
    const app = await serve({
      checks: { ...healthy, github: async () => ({ ok: false, detail: "did not answer" }) },
    });

    const answer = await send(app, "GET", "/readyz", { token: null });

    expect(answer.status).toBe(200);
    expect(answer.body.checks.github).toEqual({ ok: false, detail: "did not answer" });
    await app.close();
  });

  it("is not ready when a check throws, and does not say why to anybody", async () => {
    const app = await serve({
      checks: { ...healthy, database: () => Promise.reject(new Error("password authentication failed")) },
    });

    const answer = await send(app, "GET", "/readyz", { token: null });

    expect(answer.status).toBe(503);
    expect(JSON.stringify(answer.body)).not.toContain("password");
    await app.close();
  });

  it("gives metrics to tokens of that scope only", async () => {
    const app = await serve({
      tokens: [...watch.tokens, { name: "r", scopes: ["read"], secret: TOKENS.reader }],
    });

    const answer = await send(app, "GET", "/metrics", { token: TOKENS.metrics });
    expect(answer).toMatchObject({ status: 200, body: "jobs 3\n" });
    expect(answer.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect((await send(app, "GET", "/metrics", { token: TOKENS.reader })).body.detail.error_code).toBe(
      "FORBIDDEN",
    );
    expect((await send(app, "GET", "/metrics", { token: null })).body.detail.error_code).toBe("UNAUTHORIZED");
    await app.close();
  });
});

describe("a worker", () => {
  it("serves nothing else", async () => {
    const app = await createWorkerServer(watch);

    for (const path of ["/api/v1/proposals", "/api/docs", "/api/openapi.json"]) {
      expect((await send(app, "GET", path)).body.detail.error_code).toBe("NOT_FOUND");
    }
    expect((await send(app, "GET", "/%ff")).body.detail.error_code).toBe("BAD_REQUEST");
    await app.close();
  });
});

describe("a request that others were in the way of in the database", () => {
  it("answers 503, and may be sent again", async () => {
    const other = await http.pool.connect();
    const app = await http.serve({
      openPr: () =>
        http.db.transaction().execute(async (trx) => {
          await sql`SET LOCAL lock_timeout = 1`.execute(trx);
          await sql`LOCK TABLE clusters`.execute(trx);
        }),
    });
    const press = () => send(app, "POST", "proposals/0198a0c0-0000-7000-8000-000000000000/open_pr");
    await other.query("BEGIN");
    await other.query("LOCK TABLE clusters");
    const answer = await press();
    await other.query("ROLLBACK");
    other.release();

    expect(answer.status).toBe(503);
    expect(answer.body.detail).toMatchObject({ error_code: "DATABASE_UNAVAILABLE", retryable: true });
    expect((await press()).status).toBe(202);
  });
});

describe("without the database", () => {
  it("every route that needs it answers 503", async () => {
    const database = await createTestDatabase();
    const { db } = connect({ connectionString: database.url }, () => undefined);
    const app = await http.serve({ db });
    expect((await send(app, "GET", "clusters")).status).toBe(200);

    await database.drop();

    for (const answer of [
      await send(app, "GET", "clusters"),
      await send(app, "POST", "clusters", { payload: clusterBody() }),
      await send(app, "GET", "proposals/0198a0c0-0000-7000-8000-000000000000"),
    ]) {
      expect(answer.status).toBe(503);
      expect(answer.body.detail).toMatchObject({ error_code: "DATABASE_UNAVAILABLE", retryable: true });
    }
    expect((await send(app, "GET", "/healthz")).status).toBe(200);
    await db.destroy();
  });
});
