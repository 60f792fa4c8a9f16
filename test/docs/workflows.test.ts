import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../src/config.ts";
import { projectPath, readDocument } from "./read-markdown.ts";

interface Step {
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}
interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  concurrency?: { group: string; "cancel-in-progress": unknown };
  jobs: Record<
    string,
    { "timeout-minutes"?: number; environment?: string; env?: Record<string, string>; steps: Step[] }
  >;
}

const PATHS = globSync(".github/workflows/*.yml", { cwd: projectPath("") }).sort();
const readWorkflow = (path: string) => parse(readDocument(path)) as Workflow;
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);
const runsOf = (workflow: Workflow) =>
  stepsOf(workflow).flatMap(({ run }) => (run === undefined ? [] : [run]));
const { scripts } = JSON.parse(readDocument("package.json")) as { scripts: Record<string, string> };

describe("the workflows of GitHub Actions", () => {
  it("are the tests, the release gate, and what takes too long for every push", () => {
    expect(PATHS).toEqual(["smoke", "test", "torture"].map((name) => `.github/workflows/${name}.yml`));
  });

  it.each(PATHS)("run only npm scripts that there are: %s", (path) => {
    const named = runsOf(readWorkflow(path)).flatMap((run) => [
      ...[...run.matchAll(/npm run ([\w:-]+)/g)].map(([, script = ""]) => script),
      ...(/\bnpm test\b/.test(run) ? ["test"] : []),
    ]);
    expect(named).not.toEqual([]);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });

  it.each(PATHS)("may only read, use actions of a major version, and end by themselves: %s", (path) => {
    const workflow = readWorkflow(path);
    expect(workflow.permissions).toEqual({ contents: "read" });
    for (const { uses } of stepsOf(workflow)) {
      if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
    }
    for (const job of Object.values(workflow.jobs)) {
      expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
      expect(Object.keys(job)).not.toContain("permissions");
    }
  });

  it.each(PATHS)("put nothing a stranger can name into a shell's text: %s", (path) => {
    for (const run of runsOf(readWorkflow(path))) expect(run).not.toContain("${{");
  });

  it("test every push and every pull request, on the Node of the machine", () => {
    const workflow = readWorkflow(".github/workflows/test.yml");
    expect(workflow.on).toEqual({ push: null, pull_request: null });
    expect(runsOf(workflow)).toEqual(["npm test"]);
    const node = stepsOf(workflow).find(({ uses }) => uses?.startsWith("actions/setup-node@"));
    expect(node?.with).toEqual({ "node-version": 20 });
  });

  it("torment the service and mutate its code nightly and by hand", () => {
    const workflow = readWorkflow(".github/workflows/torture.yml");
    expect(Object.keys(workflow.on)).toEqual(["schedule", "workflow_dispatch"]);
    expect(runsOf(workflow)).toEqual(["npm run torture", "npm run mutation"]);
    expect(readDocument(".github/workflows/torture.yml")).not.toContain("secrets.");
  });

  it("smoke nightly, on tags and by hand, one at a time, with the settings the service reads", () => {
    const workflow = readWorkflow(".github/workflows/smoke.yml");
    expect(Object.keys(workflow.on)).toEqual(["schedule", "push", "workflow_dispatch"]);
    expect(workflow.on.push).toEqual({ tags: ["**"] });
    expect(workflow.concurrency).toEqual({ group: "smoke", "cancel-in-progress": false });
    const { smoke } = workflow.jobs;
    expect(smoke?.environment).toBe("smoke");
    expect(runsOf(workflow).at(-1)).toContain('npm run smoke -- --config-repo "$CONFIG_REPO"');
    const { CONFIG_REPO: _, SMOKE_API_URL: __, ...settings } = { ...smoke?.env, ...smoke?.steps.at(-1)?.env };
    expect(Object.keys(settings)).toContain("PRIVATE_KEY");
    const read = new Set<string>();
    loadConfig(new Proxy({}, { get: (_target, name) => void read.add(String(name)) }));
    expect([...read]).toEqual(expect.arrayContaining(Object.keys(settings)));
  });

  it("give the private key to the steps that need it, and to no package that is being installed", () => {
    const { jobs } = readWorkflow(".github/workflows/smoke.yml");
    expect(JSON.stringify(jobs.smoke?.env)).not.toContain("secrets.");
    const trusted = jobs.smoke?.steps.filter((step) => JSON.stringify(step).includes("secrets."));
    expect(trusted).toEqual([jobs.smoke?.steps[0], jobs.smoke?.steps.at(-1)]);
    for (const step of trusted ?? []) expect(step.run).not.toMatch(/npm (ci|install)/);
    // Without its stamp, which `npm ci` alone leaves out, the last step would install everything once more.
    expect(jobs.smoke?.steps.at(-2)?.run).toBe("node scripts/setup.mjs");
    expect(readDocument(".github/workflows/test.yml")).not.toContain("secrets.");
  });

  it.each([
    ["", "APP_ID=1 GITHUB_API_URL="],
    ["https://api.acme.ghe.com", "APP_ID=1 GITHUB_API_URL=https://api.acme.ghe.com"],
  ])("reach the app's GitHub, not the one the runner works for (%s)", (address, told) => {
    const script = runsOf(readWorkflow(".github/workflows/smoke.yml")).at(-1) ?? "";
    const env = {
      PATH: process.env.PATH ?? "",
      APP_ID: "1",
      CONFIG_REPO: "acme/search-config",
      // Every runner has it, and no workflow can set it.
      GITHUB_API_URL: "https://api.github.com",
      SMOKE_API_URL: address,
    };
    const npm = 'npm() { echo "APP_ID=$APP_ID GITHUB_API_URL=$GITHUB_API_URL $*"; }';
    const { stdout } = spawnSync("bash", ["-e", "-c", `${npm}\n${script}`], { encoding: "utf8", env });
    expect(stdout).toContain(`${told} run smoke -- --config-repo acme/search-config\n`);
  });

  it("fail loudly where a setting is missing, since the sandbox would take its place", () => {
    const [check = ""] = runsOf(readWorkflow(".github/workflows/smoke.yml"));
    const settings = { APP_ID: "1", PRIVATE_KEY: "key", CONFIG_REPO: "acme/search-config" };
    const run = (env: Record<string, string>) =>
      spawnSync("bash", ["-e", "-c", check], { encoding: "utf8", timeout: 10_000, env });
    expect(run(settings).status).toBe(0);
    for (const missing of Object.keys(settings)) {
      const { status, stdout } = run({ ...settings, [missing]: "" });
      expect(status).toBe(1);
      expect(stdout).toContain(`::error::${missing} is not set`);
    }
  });
});
