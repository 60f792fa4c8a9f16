import { describe, expect, it } from "vitest";
import type { RefreshCheckDeps } from "../../../src/jobs/refresh-check/refresh-check-deps.ts";
import { chartPath } from "../../../src/proposals/config-path.ts";
import { type OpenOptions, openProposal, useGithub } from "./opened-proposal.ts";
import { openForRefresh } from "./refreshed-proposal.ts";

const context = useGithub();
const setUp = (options?: OpenOptions, changes?: Partial<RefreshCheckDeps>) =>
  openForRefresh(context, options, changes);

describe("the check on a proposal's pull request", () => {
  it("is made on its head, with what the study measured", async () => {
    const opened = await setUp({ study: { chart: true } });
    expect(await opened.refresh()).toBe("done");
    const check = await opened.theCheck();
    expect(check).toMatchObject({
      external_id: opened.id,
      status: "completed",
      conclusion: "success",
      details_url: `https://relyloop.example.com/studies/${opened.studyId}`,
      output: { title: "ndcg 0.612 → 0.762 (+24.5%)" },
    });
    const { html_url } = opened.repository;
    const image = `${html_url}/blob/${opened.headSha}/${chartPath(opened.studyId ?? "")}?raw=true`;
    expect(check.output.summary).toContain(`![Parameter importance](${image})`);
    expect(check.output.text).toContain("| `boost` | `2.0` | `3.5` |");
    expect(await opened.events()).toMatchObject([
      {
        kind: "check_refreshed",
        actor: null,
        data: { conclusion: "success", drift: 0, head_sha: opened.headSha },
      },
    ]);
  });

  it("has a table where no chart was committed", async () => {
    const opened = await setUp({ study: {} });
    await opened.refresh();
    const { output } = await opened.theCheck();
    expect(output.summary).toContain("| `boost` | 0.700 |");
    expect(output.summary).not.toContain("![");
  });

  it("of a proposal made by hand has neither link nor metrics", async () => {
    const opened = await setUp();
    await opened.refresh();
    const check = await opened.theCheck();
    expect(check.details_url).not.toContain("relyloop.example.com");
    expect(check.output.summary).toContain("there are no study metrics");
  });

  it("is brought up to date by later runs, and is news only when its outcome changes", async () => {
    const opened = await setUp();
    for (let run = 0; run < 3; run++) await opened.refresh();
    const before = await opened.theCheck();
    await opened.pushParams('{\n  "boost": 2.25,\n  "slop": 1\n}\n');
    await opened.refresh();
    await opened.refresh();
    const after = await opened.theCheck();
    expect(after.id).toBe(before.id);
    expect(after).toMatchObject({ conclusion: "neutral" });
    expect(after.output.summary).toContain("| `boost` | `2` | `2.25` |");
    expect((await opened.events()).map(({ data }) => [data.conclusion, data.drift])).toEqual([
      ["success", 0],
      ["neutral", 1],
    ]);
  });

  it("is the newest one's truth after two runs at once, and stays one from then on", async () => {
    const opened = await setUp();
    await Promise.all([opened.refresh(), opened.refresh()]);
    const made = (await opened.checks(undefined, "all")).length;
    expect(await opened.checks()).toHaveLength(1);
    await opened.pushParams('{\n  "boost": 9,\n  "slop": 1\n}\n');
    await Promise.all([opened.refresh(), opened.refresh()]);
    expect(await opened.checks(undefined, "all")).toHaveLength(made);
    expect(await opened.checks()).toMatchObject([{ conclusion: "neutral", external_id: opened.id }]);
    expect((await opened.events()).map(({ data }) => data.conclusion)).toEqual(["success", "neutral"]);
  });

  it("is made once when the answer to the first was lost", async () => {
    const opened = await setUp();
    const path = `/api/v3/repos/${opened.repository.full_name}/check-runs`;
    context.github.sandbox.faults.add({ method: "POST", path, fault: { kind: "drop", when: "after" } });
    await opened.refresh();
    expect(await opened.theCheck()).toMatchObject({ conclusion: "success" });
  });

  it("moves to the new head when people push, and says that they did", async () => {
    const opened = await setUp();
    await opened.refresh();
    const pushed = await context.github.sandbox.pushToHead(opened.repository.id, opened.number);
    expect(await opened.refresh()).toBe("done");
    expect((await opened.theCheck(pushed)).output.summary).toContain("commits that are not the proposal's");
    expect((await opened.theCheck(opened.headSha)).output.summary).not.toContain("commits that are not");
    expect((await opened.events()).map(({ data }) => data.head_sha)).toEqual([opened.headSha, pushed]);
  });

  it("is looked at again while the API does not show the head that git has", async () => {
    const opened = await setUp();
    const { sandbox } = context.github;
    const path = `/api/v3/repos/${opened.repository.full_name}/pulls/*`;
    const stale = sandbox.faults.add({ method: "GET", path, times: null, fault: { kind: "stale" } });
    const pushed = await sandbox.pushToHead(opened.repository.id, opened.number);
    expect(await opened.refresh()).toBe("lagging");
    sandbox.faults.remove(stale);
    expect(await opened.refresh()).toBe("done");
    expect(await opened.checks(pushed)).toHaveLength(1);
  });
});

describe("the verdict", () => {
  it("is neutral where every value is on the base branch already", async () => {
    const opened = await setUp();
    await opened.pushParams('{"boost": 3.50}');
    await opened.refresh();
    expect(await opened.theCheck()).toMatchObject({
      conclusion: "neutral",
      output: { title: "Every proposed value is on the base branch already" },
    });
  });

  it("is a failure where the file is gone", async () => {
    const opened = await setUp();
    const { sandbox } = context.github;
    await sandbox.pushAs("alice", opened.repository.id, "main", {
      [opened.path]: null,
      "README.md": "moved",
    });
    await opened.refresh();
    expect(await opened.theCheck()).toMatchObject({
      conclusion: "failure",
      output: { title: "The change can't be applied any more (PARAMS_FILE_NOT_FOUND)" },
    });
    expect((await opened.events()).at(-1)?.data).toMatchObject({ conclusion: "failure", drift: 0 });
  });

  it.each<[string, OpenOptions]>([
    ["PARAM_NOT_IN_TEMPLATE", { declared: { slop: "int" } }],
    ["PARAM_VALUE_INVALID", { declared: { boost: "string" } }],
    ["PARAMS_FILE_NOT_FOUND", { params: '{"boost": 2.0' }],
  ])("is a failure in words: %s", async (code, options) => {
    const opened = await setUp(options);
    await opened.refresh();
    const { conclusion, output } = await opened.theCheck();
    expect(conclusion).toBe("failure");
    expect(output.summary).toContain(`(\`${code}\`)`);
  });

  it("is neutral where the cluster has moved to another repository", async () => {
    const opened = await setUp();
    const other = await openProposal(context.db, context.github);
    const { cluster_id } = await opened.row();
    const moved = { config_repo_id: other.configRepoId };
    await context.db.updateTable("clusters").set(moved).where("id", "=", cluster_id).execute();
    await opened.refresh();
    expect(await opened.theCheck()).toMatchObject({
      conclusion: "neutral",
      output: { title: "The cluster's configuration is in another repository by now" },
    });
  });

  it("is not given while GitHub is in trouble", async () => {
    const opened = await setUp();
    const { faults } = context.github.sandbox;
    const path = `/${opened.repository.full_name}.git/*`;
    faults.add({ path, times: null, fault: { kind: "answer", status: 503 } });
    await expect(opened.refresh()).rejects.toThrow();
    faults.clear();
    expect(await opened.checks()).toEqual([]);
    expect(await opened.events()).toEqual([]);
  });

  it("waits where the base branch is gone: GitHub will say what became of the pull request", async () => {
    const openConfigRepo: RefreshCheckDeps["openConfigRepo"] = (options) => {
      const access = context.jobDeps().openConfigRepo(options);
      return { ...access, git: { ...access.git, tips: async () => ({ base: null, branch: null }) } };
    };
    const opened = await setUp({}, { openConfigRepo });
    expect(await opened.refresh(true)).toBe("lagging");
    expect(await opened.checks()).toEqual([]);
  });
});
