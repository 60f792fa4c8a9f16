import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import type { TestDatabase } from "../support/databases.ts";
import { inherited } from "../support/inherited.ts";
import { createTestDatabase } from "../support/postgres.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const RUN_TIMEOUT_MS = 100_000;

let dataDir: string;
let database: TestDatabase;
let sandbox: Sandbox;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "relyloop-smoke-"));
  database = await createTestDatabase();
  sandbox = await startSandbox({ dataDir });
});
afterEach(() => sandbox.faults.clear());
afterAll(async () => {
  await sandbox.close();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const start = (...args: string[]) => {
  const env = { ...inherited, HOME: dataDir, DATA_DIR: dataDir, DATABASE_URL: database.url };
  const options = { env, cwd: dataDir, timeout: RUN_TIMEOUT_MS };
  const { promise: ended, resolve } = Promise.withResolvers<{ code: number; output: string }>();
  const child = execFile(process.execPath, [MAIN, "smoke", ...args], options, (error, stdout, stderr) =>
    resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
  );
  return { child, ended };
};
const smoke = (...args: string[]) => start(...args).ended;
const open = async () => (await sandbox.pulls("acme/search-config")).filter(({ state }) => state === "open");
const branches = async () => {
  const listed = await sandbox.git("acme/search-config", "branch", "--list", "relyloop/*");
  return listed.trim();
};
const steps = (output: string): string[] =>
  output.split("\n").flatMap((line) => /^(?:ok|FAILED) +\d+ ms {2}(.+)$/.exec(line)?.[1] ?? []);

describe("npm run smoke", () => {
  it("takes a proposal through GitHub, tells each step with its time, and leaves nothing behind", async () => {
    const { code, output } = await smoke("--config-repo", "acme/search-config");
    expect(output).toContain("Passed.");
    expect(code).toBe(0);
    expect(steps(output)).toEqual([
      "find config repo acme/search-config",
      "the app may write to it",
      "find a params file",
      "submit a study with a proposal",
      "press, until the pull request is open",
      "pull request",
      "diff: one line",
      "chart",
      "comment",
      "check",
      "reject",
      "pull request closed, branch gone",
    ]);
    expect((await sandbox.pulls("acme/search-config")).map(({ state }) => state)).toEqual(["closed"]);
    expect(await branches()).toBe("");
  });

  it("fails loudly when a reviewer would miss something, and cleans up all the same", async () => {
    sandbox.faults.add({
      method: "POST",
      path: "/api/v3/repos/acme/search-config/issues/*/comments",
      fault: { kind: "answer", status: 403, body: { message: "Resource not accessible by integration" } },
    });
    const { code, output } = await smoke("--config-repo", "acme/search-config");
    expect(code).toBe(1);
    expect(output).toContain("FAILED.");
    expect(output).toContain("0 comments hold the chart, not one");
    expect(steps(output).slice(-2)).toEqual(["reject", "pull request closed, branch gone"]);
    expect(await open()).toHaveLength(0);
  });

  it("leaves nothing behind when it is stopped in the middle", async () => {
    const path = "/api/v3/repos/acme/search-config/pulls/*/files";
    const held = sandbox.faults.add({ path, fault: { kind: "hold", when: "before" } });
    const { child, ended } = start("--config-repo", "acme/search-config");
    await sandbox.faults.held(held);
    expect(await open()).toHaveLength(1);
    child.kill("SIGINT");
    const { code, output } = await ended;
    expect(code).toBe(1);
    expect(steps(output).slice(-2)).toEqual(["reject", "pull request closed, branch gone"]);
    expect(await open()).toEqual([]);
    expect(await branches()).toBe("");
  });

  it("leaves no branch behind when its pull request can't be opened", async () => {
    sandbox.faults.add({
      method: "POST",
      path: "/api/v3/repos/acme/search-config/pulls",
      fault: { kind: "answer", status: 403, body: { message: "Resource not accessible by integration" } },
    });
    const { code, output } = await smoke("--config-repo", "acme/search-config");
    expect(code).toBe(1);
    expect(output).toContain("GITHUB_API_FAILED");
    expect(steps(output).slice(-2)).toEqual(["reject", "branch gone"]);
    expect(await branches()).toBe("");
  });

  it("says what is missing: a params file, or how it is used", async () => {
    const missing = await smoke("--config-repo", "acme/search-config", "--path", "no/such.params.json");
    expect(missing.code).toBe(1);
    expect(missing.output).toContain(
      'Commit one to main, such as no/such.params.json with {"title_boost": 1}',
    );
    const misused = await smoke("--config-repo");
    expect(misused).toMatchObject({ code: 2, output: expect.stringContaining("Usage:") });
  });
});
