import type { InjectOptions } from "fastify";
import type pg from "pg";
import { pino } from "pino";
import { afterAll, beforeAll } from "vitest";
import { connect, type Db } from "../../src/db/connect.ts";
import { findProposal } from "../../src/db/proposals-store.ts";
import { AppError } from "../../src/errors.ts";
import { createGithubHost } from "../../src/github/host.ts";
import type { HttpApp } from "../../src/http/http-app.ts";
import type { HttpDeps } from "../../src/http/http-deps.ts";
import { createHttpServer } from "../../src/http/server.ts";
import { createRedactor } from "../../src/redact.ts";
import type { TestDatabase } from "../support/databases.ts";
import { createTestDatabase } from "../support/postgres.ts";

/** Secrets of callers with different scopes. */
export const TOKENS = {
  all: "all-0123456789abcdef0123456789abcdef",
  reader: "reader-0123456789abcdef0123456789abcdef",
  writer: "writer-0123456789abcdef0123456789abcdef",
  metrics: "metrics-0123456789abcdef0123456789abcdef",
};

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  body: any;
  headers: Record<string, unknown>;
}

type Call = Omit<InjectOptions, "method" | "url"> & { token?: string | null };

export interface HttpHarness {
  readonly app: HttpApp;
  readonly db: Db;
  readonly pool: pg.Pool;
  /** Lines the server logged, parsed. */
  readonly logged: Record<string, unknown>[];
  call(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, call?: Call): Promise<Answer>;
  /** Another server over the same database. */
  serve(overrides: Partial<HttpDeps>): Promise<HttpApp>;
}

const ok = async () => ({ ok: true, detail: "fine" });

/**
 * The HTTP server over a real database of its own, for the tests of one file. What starts jobs or asks GitHub is
 * replaced by the least that answers; the whole way is tested end to end.
 */
export const useHttpServer = (overrides: Partial<HttpDeps> = {}): HttpHarness => {
  let database: TestDatabase | undefined;
  let harness: { app: HttpApp; db: Db; pool: pg.Pool } | undefined;
  const servers: HttpApp[] = [];
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const here = () => {
    if (harness === undefined) throw new Error("the server is started before the first test");
    return harness;
  };

  const serve = async (changes: Partial<HttpDeps>): Promise<HttpApp> => {
    const { db } = here();
    const app = await createHttpServer({
      db,
      log,
      redact: createRedactor(Object.values(TOKENS)),
      host: createGithubHost({ webUrl: "https://github.com", apiUrl: "https://api.github.com" }),
      allowedAccounts: [],
      tokens: [
        { name: "all", scopes: ["read", "write", "metrics"], secret: TOKENS.all },
        { name: "reader", scopes: ["read"], secret: TOKENS.reader },
        { name: "writer", scopes: ["write"], secret: TOKENS.writer },
        { name: "prometheus", scopes: ["metrics"], secret: TOKENS.metrics },
      ],
      eventStreams: { open: () => null, end: () => undefined },
      openPr: async () => undefined,
      reject: async ({ proposalId }) => {
        const proposal = await findProposal(db, proposalId);
        if (proposal === undefined) throw new AppError("PROPOSAL_NOT_FOUND", "There is none.");
        return proposal;
      },
      preview: async () => {
        throw new AppError("NO_CHANGES", "Every value is there already.");
      },
      githubLookup: null,
      webhooks: null,
      seedCompletedStudy: null,
      setup: { isLinkState: () => false, now: Date.now },
      checks: { database: ok, queue: ok, schema: ok, github: ok },
      metrics: { render: async () => "up 1\n", contentType: "text/plain; version=0.0.4; charset=utf-8" },
      ...overrides,
      ...changes,
    });
    servers.push(app);
    return app;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    const { db, pool } = connect({ connectionString: database.url }, () => undefined);
    harness = { db, pool, app: undefined as unknown as HttpApp };
    harness.app = await serve({});
  });
  afterAll(async () => {
    for (const server of servers) await server.close();
    await harness?.db.destroy();
    await database?.drop();
  });

  return {
    get app() {
      return here().app;
    },
    get db() {
      return here().db;
    },
    get pool() {
      return here().pool;
    },
    logged,
    serve,
    call: (method, path, call = {}) => send(here().app, method, path, call),
  };
};

export const send = async (
  app: HttpApp,
  method: InjectOptions["method"],
  path: string,
  { token = TOKENS.all, headers, ...rest }: Call = {},
): Promise<Answer> => {
  const response = await app.inject({
    method: method ?? "GET",
    url: path.startsWith("/") ? path : `/api/v1/${path}`,
    ...rest,
    headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...headers },
  });
  const isJson = String(response.headers["content-type"]).startsWith("application/json");
  return {
    status: response.statusCode,
    body: isJson ? response.json() : response.body,
    headers: response.headers,
  };
};
