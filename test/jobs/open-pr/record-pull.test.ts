import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { findConfigRepo } from "../../../src/db/config-repos-store.ts";
import type { Executor } from "../../../src/db/connect.ts";
import { storeHead } from "../../../src/db/heads-store.ts";
import { findMirror } from "../../../src/db/pull-mirrors-store.ts";
import type { Pull } from "../../../src/github/pull.ts";
import { FenceLost } from "../../../src/jobs/open-pr/fence.ts";
import { recordPull } from "../../../src/jobs/open-pr/record-pull.ts";
import { createMetrics } from "../../../src/metrics.ts";
import type { Job } from "../../../src/queue/job-data.ts";
import { addReadyProposal } from "../../actions/action-fixtures.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { startAttempt } from "./running-attempt.ts";

const store = useStore();
const pull: Pull = {
  number: 7,
  html_url: "https://github.com/acme/configs/pull/7",
  state: "open",
  merged_at: null,
  head_sha: "a".repeat(40),
  head_ref: "relyloop/study-1",
  head_repo_id: 42,
  base_ref: "main",
  base_repo_id: 42,
  author_login: "relyloop[bot]",
  updated_at: "2026-11-22T12:00:01Z",
  draft: false,
};

const setUp = async () => {
  const attempt = await startAttempt(store.db);
  const { configRepoId } = await addReadyProposal(store.db);
  const job = { ...attempt.job, config_repo_id: configRepoId };
  const head = { branch: pull.head_ref, base_branch: "main", head_sha: pull.head_sha, attempt: 1 };
  await storeHead(store.db, { proposal_id: attempt.id, config_repo_id: configRepoId, ...head });
  const sent: Job[] = [];
  const logged: Record<string, unknown>[] = [];
  const metrics = createMetrics();
  const deps = {
    db: store.db,
    clock: createFakeClock("2026-11-22T12:00:02.500Z"),
    metrics,
    queue: { send: async (_trx: Executor, next: Job) => void sent.push(next) },
  };
  const record = (changes: Partial<Pull> = {}, { stale = false, adopted = false } = {}) =>
    recordPull(deps, {
      fence: stale ? attempt.stale : attempt.fence,
      job,
      pull: { ...pull, ...changes },
      adopted,
      log: pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    });
  return { ...attempt, configRepoId, record, logged, metrics, sent };
};

const told = { attempt: 1, pr_url: pull.html_url, pr_number: 7 };

describe("the record of a pull request", () => {
  it("opens the proposal, tells the timeline, and counts the time since the press", async () => {
    const attempt = await setUp();
    const update = store.db.updateTable("proposals").set({ pr_open_error: "CLONE_FAILED: before" });
    await update.where("id", "=", attempt.id).execute();
    await attempt.record();
    expect(await attempt.row()).toMatchObject({
      status: "pr_opened",
      pr_url: pull.html_url,
      pr_number: 7,
      pr_state: "open",
      pr_open_error: null,
      pr_updated_at: new Date("2026-11-22T12:00:01Z"),
      pr_config_repo_id: attempt.configRepoId,
      pr_draft: false,
      pr_base_ref: "main",
    });
    expect(await findMirror(store.db, attempt.id)).toMatchObject({ head_sha: pull.head_sha, read_at: null });
    expect(await attempt.events()).toMatchObject([{ kind: "pr_opened", data: { ...told, adopted: false } }]);
    expect(attempt.logged).toMatchObject([
      {
        event: "pr_open_complete",
        pr_url: pull.html_url,
        duration_ms: 2_500,
        adopted: false,
        msg: "the pull request is open",
      },
    ]);
    const { values } = await attempt.metrics.timeToPr.get();
    expect(values.find(({ metricName }) => metricName?.endsWith("_sum"))?.value).toBe(2.5);
  });

  it("sends for its check, and for what has happened to it since, once for each attempt", async () => {
    const attempt = await setUp();
    await attempt.record();
    const asked = {
      proposal_id: attempt.id,
      cause: "record 1",
      asked_at: "2026-11-22T12:00:02.500Z",
      request_id: "r-1",
      delivery_id: null,
    };
    expect(attempt.sent).toMatchObject([
      { kind: "mirror_pr", said: null, ...asked },
      { kind: "refresh_check", body: false, ...asked },
    ]);
  });

  it("says when an earlier run had opened it, and that it is closed", async () => {
    const attempt = await setUp();
    await attempt.record({ state: "closed" }, { adopted: true });
    expect(await attempt.row()).toMatchObject({ status: "pr_opened", pr_state: "closed" });
    expect(await attempt.events()).toMatchObject([{ kind: "pr_opened", data: { ...told, adopted: true } }]);
  });

  it("of one that was merged meanwhile tells both", async () => {
    const attempt = await setUp();
    await attempt.record({ state: "closed", merged_at: "2026-11-22T12:00:02Z" }, { adopted: true });
    expect(await attempt.row()).toMatchObject({
      status: "pr_merged",
      pr_state: "merged",
      pr_merged_at: new Date("2026-11-22T12:00:02Z"),
    });
    expect(await attempt.events()).toMatchObject([
      { kind: "pr_opened", data: { adopted: true, pr_number: 7 } },
      { kind: "pr_merged", data: { merged_at: "2026-11-22T12:00:02Z" } },
    ]);
    expect(attempt.sent.find(({ kind }) => kind === "close_pr")).toMatchObject({
      proposal_id: attempt.id,
      config_repo_id: attempt.configRepoId,
      cause: "merged",
    });
    const configRepo = await findConfigRepo(store.db, attempt.configRepoId);
    expect(configRepo?.last_merged_proposal_id).toBe(attempt.id);
  });

  it("of a run without the fence changes nothing, and neither tells nor counts", async () => {
    const attempt = await setUp();
    const before = await attempt.row();
    await expect(attempt.record({}, { stale: true })).rejects.toThrow(FenceLost);
    expect(await attempt.row()).toEqual(before);
    expect(await attempt.events()).toEqual([]);
    expect(attempt.logged).toEqual([]);
    expect(attempt.sent).toEqual([]);
    expect(await findMirror(store.db, attempt.id)).toBeUndefined();
  });
});
