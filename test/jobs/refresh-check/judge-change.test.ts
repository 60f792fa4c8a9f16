import { describe, expect, it } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { GitError } from "../../../src/git/transport.ts";
import { RescheduleError } from "../../../src/github/github-errors.ts";
import { judgeChange } from "../../../src/jobs/refresh-check/judge-change.ts";

type Facts = Parameters<typeof judgeChange>[0];

const REPO = "0198a0c0-0000-7000-8000-000000000002";
const facts = {
  proposal: { pr_config_repo_id: REPO, config_diff: { boost: { from: 2, to: 3 } } },
  cluster: { name: "prod", config_path: "search" },
  template: { name: "products", version: 1, declared_params: { boost: "float" } },
  configRepo: { id: REPO },
} as unknown as Facts;
const file = (text: string) => async () => ({ kind: "file" as const, bytes: new TextEncoder().encode(text) });

describe("the verdict on a change", () => {
  it("is planned on the file the cluster and the template name", async () => {
    const asked: string[] = [];
    const read = async (path: string) => {
      asked.push(path);
      return file('{"boost": 2.5}')();
    };
    expect(await judgeChange(facts, read)).toMatchObject({
      kind: "applies",
      changes: [{ param: "boost", fromText: "2.5", to: 3 }],
      drift: [{ param: "boost", expected: 2, actualText: "2.5" }],
    });
    expect(asked).toEqual(["search/products.params.json"]);
  });

  it("asks git for nothing where the diff or the path is wrong already", async () => {
    const read = () => Promise.reject(new Error("read"));
    const template = { ...facts.template, declared_params: {} };
    expect(await judgeChange({ ...facts, template }, read)).toMatchObject({ code: "PARAM_NOT_IN_TEMPLATE" });
    const cluster = { ...facts.cluster, config_path: "../up" };
    expect(await judgeChange({ ...facts, cluster }, read)).toMatchObject({ code: "INVALID_CONFIG_PATH" });
    expect(await judgeChange({ ...facts, configRepo: undefined }, read)).toEqual({ kind: "moved" });
  });

  it.each([
    new GitError("server", "503"),
    new RescheduleError(new Date("2026-11-22T13:00:00Z"), "rate_limited"),
    new AppError("GITHUB_API_FAILED", "no answer"),
    new AppError("GITHUB_NOT_CONFIGURED", "suspended", { reason: "suspended" }),
  ])("is not made of GitHub's trouble: %s", async (trouble) => {
    await expect(judgeChange(facts, () => Promise.reject(trouble))).rejects.toBe(trouble);
  });
});
