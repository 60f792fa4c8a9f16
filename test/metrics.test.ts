import { describe, expect, it } from "vitest";
import { markQueued } from "../src/db/open-pr-store.ts";
import { createMetrics, renderMetrics } from "../src/metrics.ts";
import type { QueueDepth } from "../src/queue/job-queue.ts";
import { addProposal, useStore } from "./db/store-fixtures.ts";

const store = useStore();
const depth = (changes: Partial<QueueDepth> = {}): QueueDepth => ({
  name: "open_pr",
  waiting: 0,
  active: 0,
  failed: 0,
  oldestWaiting_s: 0,
  ...changes,
});

/** The samples, without comments and without what Node tells of itself. */
const samples = (text: string): string[] =>
  text.split("\n").filter((line) => line.startsWith("relyloop_") && !line.includes("_bucket"));

describe("the metrics", () => {
  it("show the queue and the proposals under way as they are at the moment", async () => {
    const metrics = createMetrics();
    let depths = [depth({ waiting: 3, active: 2, failed: 1, oldestWaiting_s: 40 })];
    const queue = { depths: async () => depths };
    const { id } = await addProposal(store.db);
    await markQueued(store.db, id);

    const busy = samples(await renderMetrics(metrics, store.db, queue));
    expect(busy).toContain('relyloop_queue_jobs{queue="open_pr",state="waiting"} 3');
    expect(busy).toContain('relyloop_queue_jobs{queue="open_pr",state="active"} 2');
    expect(busy).toContain('relyloop_queue_jobs{queue="open_pr",state="failed"} 1');
    expect(busy).toContain('relyloop_queue_oldest_waiting_seconds{queue="open_pr"} 40');
    expect(busy).toContain('relyloop_proposals_in_flight{state="queued"} 1');
    expect(busy).toContain('relyloop_proposals_in_flight{state="running"} 0');

    depths = [depth()];
    await store.db.updateTable("proposals").set({ open_pr_state: "failed" }).where("id", "=", id).execute();
    const calm = samples(await renderMetrics(metrics, store.db, queue));
    expect(calm).toContain('relyloop_queue_jobs{queue="open_pr",state="waiting"} 0');
    expect(calm).toContain('relyloop_queue_oldest_waiting_seconds{queue="open_pr"} 0');
    expect(calm).toContain('relyloop_proposals_in_flight{state="queued"} 0');
  });

  it("count outcomes, steps and answers of GitHub", async () => {
    const metrics = createMetrics();
    metrics.outcomes.inc({ outcome: "opened" });
    metrics.step.observe({ step: "push_branch" }, 0.2);
    metrics.timeToPr.observe(1.5);
    metrics.swept.inc();
    metrics.githubRequests.inc({ route: "POST /repos/{owner}/{repo}/pulls", status: 201 });
    metrics.rateLimitRemaining.set({ installation: 7 }, 4_999);
    const text = await renderMetrics(metrics, store.db, { depths: async () => [] });
    expect(samples(text)).toEqual(
      expect.arrayContaining([
        'relyloop_open_pr_total{outcome="opened"} 1',
        'relyloop_open_pr_step_seconds_count{step="push_branch"} 1',
        "relyloop_time_to_pr_seconds_sum 1.5",
        "relyloop_proposals_stuck_total 1",
        'relyloop_github_requests_total{route="POST /repos/{owner}/{repo}/pulls",status="201"} 1',
        'relyloop_github_rate_limit_remaining{installation="7"} 4999',
      ]),
    );
  });

  it("of two services in one process are apart", async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.swept.inc();
    const text = await renderMetrics(other, store.db, { depths: async () => [] });
    expect(samples(text)).toContain("relyloop_proposals_stuck_total 0");
  });
});
