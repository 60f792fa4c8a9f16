import { globSync, readFileSync } from "node:fs";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { type Config, loadConfig } from "../../src/config.ts";
import { API_CODES, type ApiCode, NOT_CONFIGURED_REASONS, WORKER_CODES } from "../../src/errors.ts";
import { ERROR_CODES } from "../../src/http/error-codes.ts";
import { createMetrics } from "../../src/metrics.ts";
import { createTestDatabase } from "../support/postgres.ts";
import {
  codeWordsOf,
  documentedIn,
  fencesOf,
  projectPath,
  readDocument,
  sectionOf,
  tableRowsOf,
} from "./read-markdown.ts";

const operations = readDocument("docs/operations.md");

/** Node and main.ts read these; `loadConfig` reads all others. */
const CONNECTION_SETTINGS = ["HTTPS_PROXY", "NO_PROXY", "NODE_EXTRA_CA_CERTS"];

/** Every name that `loadConfig` looks up in the environment. */
const readSettings = (): string[] => {
  const names = new Set<string>();
  const environment = new Proxy<NodeJS.ProcessEnv>(
    {},
    {
      get: (_target, name) => {
        if (typeof name === "string" && /^[A-Z_]+$/.test(name)) names.add(name);
        return undefined;
      },
    },
  );
  loadConfig(environment);
  return [...names];
};

/** Values of the `event` member of log lines, as the source spells them. */
const loggedEvents = (): string[] => {
  const source = globSync("src/**/*.ts", { cwd: projectPath("") }).map((path) =>
    readFileSync(projectPath(path), "utf8"),
  );
  return [
    ...new Set(
      source.flatMap((text) => [...text.matchAll(/\bevent: "(\w+)"/g)].map(([, name = ""]) => name)),
    ),
  ];
};

describe("docs/operations.md", () => {
  it("says of every code of the API what to do, and of no other", () => {
    expect(documentedIn(operations, "### Codes of the API").sort()).toEqual([...API_CODES].sort());
  });

  it("gives the HTTP status of every code of the API", () => {
    const rows = tableRowsOf(sectionOf(operations, "### Codes of the API"));
    const statuses = rows.map(([code = "", status]) => [codeWordsOf(code)[0], Number(status)]);
    expect(statuses).toEqual(statuses.map(([code]) => [code, ERROR_CODES[code as ApiCode].status]));
  });

  it("says of every code of the jobs what to do, and of no other", () => {
    expect(documentedIn(operations, "### Codes of the jobs").sort()).toEqual([...WORKER_CODES].sort());
  });

  it("says of every reason of GITHUB_NOT_CONFIGURED who has to act, and of no other", () => {
    expect(documentedIn(operations, "### Reasons of GITHUB_NOT_CONFIGURED").sort()).toEqual(
      [...NOT_CONFIGURED_REASONS].sort(),
    );
  });

  it("explains every setting, and no other", () => {
    const read = readSettings();
    expect(read).toContain("DATABASE_URL");
    expect(documentedIn(operations, "## Settings").sort()).toEqual([...read, ...CONNECTION_SETTINGS].sort());
  });

  it("gives the defaults that hold", () => {
    const config = loadConfig({});
    const defaults: Record<string, Config[keyof Config]> = {
      PORT: config.port,
      HOST: config.host,
      PR_POLL_MINUTES: config.prPollMinutes,
      WORKER_CONCURRENCY: config.workerConcurrency,
    };
    const rows = tableRowsOf(sectionOf(operations, "## Settings"));
    for (const [name, value] of Object.entries(defaults)) {
      const row = rows.find(([first = ""]) => codeWordsOf(first).includes(name));
      expect(codeWordsOf(row?.[1] ?? ""), name).toContain(String(value));
    }
  });

  it("explains every metric of the service, and no other", () => {
    const names = createMetrics()
      .registry.getMetricsAsArray()
      .map(({ name }) => name)
      .filter((name) => name.startsWith("relyloop_"));
    expect(names.length).toBeGreaterThan(5);
    expect(documentedIn(operations, "### Metrics").sort()).toEqual(names.sort());
  });

  it("explains every event type of the log, and no other", () => {
    const logged = loggedEvents();
    expect(logged).toContain("pr_open_complete");
    expect(documentedIn(operations, "### Logs").sort()).toEqual(logged.sort());
  });

  it("gives SQL that the schema understands", async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    try {
      await client.connect();
      const statements = fencesOf(operations).filter(({ language }) => language === "sql");
      expect(statements.length).toBeGreaterThan(0);
      for (const { text } of statements) await client.query(text);
    } finally {
      await client.end();
      await database.drop();
    }
  });
});
