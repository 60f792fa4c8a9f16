import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { Pull } from "../../../src/github/pull.ts";
import { FenceLost } from "../../../src/jobs/open-pr/fence.ts";
import { recordPull } from "../../../src/jobs/open-pr/record-pull.ts";
import { createMetrics } from "../../../src/metrics.ts";
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
  const logged: Record<string, unknown>[] = [];
  const metrics = createMetrics();
  const deps = { db: store.db, clock: createFakeClock("2026-11-22T12:00:02.500Z"), metrics };
  const record = (changes: Partial<Pull> = {}, { stale = false, adopted = false } = {}) =>
    recordPull(deps, {
      fence: stale ? attempt.stale : attempt.fence,
      job: attempt.job,
      pull: { ...pull, ...changes },
      adopted,
      log: pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    });
  return { ...attempt, record, logged, metrics };
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
    });
    expect(await attempt.events()).toMatchObject([{ kind: "pr_opened", data: { ...told, adopted: false } }]);
    expect(attempt.logged).toMatchObject([{ event: "pr_open_complete", duration_ms: 2_500, adopted: false }]);
    const { values } = await attempt.metrics.timeToPr.get();
    expect(values.find(({ metricName }) => metricName?.endsWith("_sum"))?.value).toBe(2.5);
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
    expect((await attempt.events()).map(({ kind }) => kind)).toEqual(["pr_opened", "pr_merged"]);
  });

  it("of a run without the fence changes nothing, and neither tells nor counts", async () => {
    const attempt = await setUp();
    const before = await attempt.row();
    await expect(attempt.record({}, { stale: true })).rejects.toThrow(FenceLost);
    expect(await attempt.row()).toEqual(before);
    expect(await attempt.events()).toEqual([]);
    expect(attempt.logged).toEqual([]);
  });
});
