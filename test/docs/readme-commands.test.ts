import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../support/service.ts";
import { fencesOf, readDocument } from "./read-markdown.ts";

/**
 * The commands of the README and the runbook, run as they stand there: by bash and curl, over HTTP, against a whole
 * service with its database, its queue, its git server and a sandbox GitHub. Only the examples' values are replaced.
 */

const run = promisify(execFile);
const SCRIPT_TIMEOUT_MS = 25_000;
const README_LINES_MAX = 150;

const readme = readDocument("README.md");

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  await service.close();
});

/** The shell blocks in which something is sent to the API. */
const apiBlocksOf = (markdown: string): string[] =>
  fencesOf(markdown)
    .filter(({ language, text }) => language === "sh" && /\bcurl |\bcall \//.test(text))
    .map(({ text }) => text);

/** What a reader would put in the place of the examples' values. */
const valuesOf = ({ api, token }: TestService): [example: string, value: string][] => [
  ["http://127.0.0.1:3000", api.url],
  ["your-api-token", token],
];

const filledIn = (script: string): string =>
  valuesOf(service).reduce((text, [example, value]) => text.replaceAll(example, value), script);

/** Fails when any of its commands does. @returns what it prints */
const bash = async (script: string): Promise<string> => {
  // Its input is a socket, which makes bash believe that it was called from afar and shall read .bashrc.
  const args = ["--norc", "-euo", "pipefail", "-c", filledIn(script)];
  const { stdout } = await run("bash", args, {
    timeout: SCRIPT_TIMEOUT_MS,
    env: { PATH: process.env.PATH, NO_PROXY: "127.0.0.1" },
  });
  return stdout;
};

/** The values of shell variables after a script, and what it printed before them. */
const variablesAfter = async (script: string, names: string[]): Promise<Record<string, string>> => {
  const marks = names.map((name) => `echo "=${name} $${name}"`).join("\n");
  const printed = await bash(`${script}\n${marks}`);
  return Object.fromEntries(
    [...printed.matchAll(/^=(\w+) (.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
};

describe("the README", () => {
  it("is short", () => {
    expect(readme.split("\n").length).toBeLessThan(README_LINES_MAX);
  });

  it("holds every value that is replaced here", () => {
    for (const [example] of valuesOf(service)) expect(readme).toContain(example);
  });

  it("finds a repository that registered itself, submits a study's proposal, opens its pull request and turns it down", async () => {
    const { api, sandbox } = service;
    const [helpers = "", opening = "", following = "", ...more] = apiBlocksOf(readme);
    expect(more).toEqual([]);
    const registered = async () =>
      (await api.get<{ data: { name: string }[] }>("/config-repos")).data.map(({ name }) => name);
    await expect.poll(registered).toContain("acme/search-config");
    const names = ["REPO", "CLUSTER", "TEMPLATE", "STUDY", "PROPOSAL"];
    const made = await variablesAfter(`${helpers}${opening}`, names);
    const proposalId = made.PROPOSAL ?? "";

    const opened = await api.until(proposalId, ({ open_pr }) => ["idle", "failed"].includes(open_pr.state));

    expect(opened).toMatchObject({ status: "pr_opened", pr_branch: `relyloop/study-${made.STUDY}` });
    const events = await api.get<{ data: { kind: string; actor: string }[] }>(
      `/proposals/${proposalId}/events`,
    );
    expect(events.data).toContainEqual(
      expect.objectContaining({ kind: "open_pr_requested", actor: "Ada Lovelace (test)" }),
    );
    const [pull] = await sandbox.pulls("acme/search-config");
    expect(pull).toMatchObject({ html_url: opened.pr_url, state: "open" });
    const changed = await sandbox.git(
      "acme/search-config",
      "diff",
      "--name-only",
      `main...${pull?.head.ref}`,
    );
    expect(changed.split("\n")).toContain("clusters/products-prod/products-bm25.params.json");

    const settings = Object.entries(made).map(([name, value]) => `${name}=${value}\n`);
    await bash(`${helpers}${settings.join("")}${following}`);

    const rejected = await api.until(proposalId, ({ pr_state }) => pr_state === "closed");
    expect(rejected).toMatchObject({ status: "rejected", rejected_reason: "Not before the sale." });
  });
});

describe("the runbook", () => {
  const blocks = apiBlocksOf(readDocument("docs/operations.md"));

  it("asks the API something", () => {
    expect(blocks.length).toBeGreaterThan(0);
  });

  it.each(blocks)("asks what the API answers: %s", async (block) => {
    expect(await bash(block)).not.toBe("");
  });
});
