import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import { connect, type Db } from "../../src/db/connect.ts";
import { type Api, createApi } from "./api.ts";
import type { TestDatabase } from "./databases.ts";
import type { RunningService } from "./service-processes.ts";
import { watchConformance } from "./watch-conformance.ts";

/** The whole service on real parts: PostgreSQL, pg-boss, git http-backend, and a GitHub held to its own description. */
export interface TestService {
  /** With a token of every scope, named `test`. */
  api: Api;
  /** The same at another web process. */
  apiAt(webUrl: string): Api;
  /** What the service was started with. */
  environment: Record<string, string | undefined>;
  /** Secret of that token. */
  token: string;
  /** A token that may only read. */
  readerToken: string;
  sandbox: Sandbox;
  /** For looking at rows, and for breaking things. */
  db: Db;
  databaseUrl: string;
  dataDir: string;
  running: RunningService;
  /** What GitHub's OpenAPI description says against an exchange so far; always empty. */
  violations: string[];
  close(): Promise<void>;
}

/**
 * @param start how it runs: what `service-processes.ts` offers
 * @param settings more environment; a variable set to undefined is taken away.
 */
export const startService = async (
  createDatabase: () => Promise<TestDatabase>,
  start: (environment: Record<string, string | undefined>) => Promise<RunningService>,
  settings: Record<string, string | undefined> = {},
): Promise<TestService> => {
  await using closing = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), "relyloop-service-"));
  closing.defer(() => rm(dataDir, { recursive: true, force: true }));
  const database = await createDatabase();
  closing.defer(() => database.drop());
  const sandbox = await startSandbox({ dataDir });
  closing.defer(() => sandbox.close());
  const violations = watchConformance(sandbox);

  const token = randomBytes(24).toString("hex");
  const readerToken = randomBytes(24).toString("hex");
  const environment = {
    INTERNAL_API_TOKENS: `test:read+write+metrics:${token},reader:read:${readerToken}`,
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    PORT: "0",
    LOG_LEVEL: "info",
    ...settings,
  };
  const running = await start(environment);
  closing.defer(() => running.close());
  const { db } = connect({ connectionString: database.url }, () => undefined);
  closing.defer(() => db.destroy());

  const opened = closing.move();
  return {
    api: createApi(running.webUrl, token),
    apiAt: (webUrl) => createApi(webUrl, token),
    environment,
    token,
    readerToken,
    sandbox,
    db,
    databaseUrl: database.url,
    dataDir,
    running,
    violations,
    close: () => opened.disposeAsync(),
  };
};
