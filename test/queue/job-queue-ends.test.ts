import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { RunLost } from "../../src/queue/run-lost.ts";
import type { JobRun } from "../../src/queue/work-queues.ts";
import { createHands, handlersFor, jobFor, useQueueBench } from "./queue-bench.ts";

const bench = useQueueBench();

describe("stopping", () => {
  it("lets a running job finish, and begins no other afterwards", async () => {
    const [queue, other] = [await bench.open({ stopGrace_ms: 20_000 }), await bench.open()];
    const hands = createHands();
    await queue.work(hands.handlersOf("one"), 1);
    const [running, late] = [jobFor("repo"), jobFor("repo")];
    await bench.send(queue, running);
    const { finish } = await hands.started(running);
    const stopped = queue.stop();
    finish();
    await stopped;
    expect(hands.ended).toEqual([{ proposal_id: running.proposal_id, aborted: false }]);
    await bench.send(other, late);
    expect((await bench.jobsInTable()).map(({ state }) => state)).toEqual(["completed", "created"]);
  });

  it("aborts a job that does not end, and another process runs it again", async () => {
    const [one, other] = [await bench.open(), await bench.open()];
    const hands = createHands();
    await one.work(hands.handlersOf("one"), 1);
    const job = jobFor("repo");
    await bench.send(one, job);
    const first = await hands.started(job);
    expect(first.run).toMatchObject({ retryCount: 0, lastRun: false });

    await one.stop();
    // Told so, and not cut off by pg-boss, which would leave it no time to end.
    expect(first.run.signal.reason).toEqual(new Error("the process is stopping"));
    expect(await bench.jobsInTable()).toEqual([{ state: "retry", retry_count: 0 }]);
    expect(await other.hasLiveJob(job.proposal_id)).toBe(true);

    await other.work(hands.handlersOf("other"), 1);
    const again = await hands.started(job, 1);
    expect(again).toMatchObject({ by: "other", run: { id: first.run.id, lastRun: false } });
    again.finish();
    await expect.poll(() => hands.ended).toEqual([{ proposal_id: job.proposal_id, aborted: false }]);
  });
});

describe("a worker that seemed dead", () => {
  it("is told that the job is another one's before it writes", async () => {
    const [one, other] = [await bench.open(), await bench.open()];
    const hands = createHands();
    await one.work(hands.handlersOf("one"), 1);
    const job = jobFor("repo");
    await bench.send(one, job);
    const first = await hands.started(job);
    await expect(first.run.requireMine()).resolves.toBeUndefined();

    await other.work(hands.handlersOf("other"), 1);
    await sql`UPDATE pgboss.job SET heartbeat_on = now() - interval '1 hour' WHERE state = 'active'`.execute(
      bench.db,
    );
    const again = await hands.started(job, 1);
    await expect(first.run.requireMine()).rejects.toThrow(RunLost);
    await expect(again.run.requireMine()).resolves.toBeUndefined();
    again.finish();
  });
});

describe("a job that fails", () => {
  it("leaves in the queue's table that it failed, and not with what: that may hold a secret", async () => {
    const queue = await bench.open();
    const job = jobFor("repo");
    await bench.send(queue, job);
    await queue.work(
      handlersFor(() => Promise.reject(new Error("hush", { cause: new Error("hush") }))),
      1,
    );
    await expect.poll(async () => (await bench.jobsInTable())[0]?.state).toBe("retry");
    const { rows } = await sql<{ row: string }>`
      SELECT job::text AS row FROM pgboss.job WHERE name = 'open_pr'`.execute(bench.db);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).not.toContain("hush");
    expect(rows[0]?.row).toContain("the log says why");
  });

  it("is run five times, and knows which run is the last", async () => {
    const queue = await bench.open({ pollWithNotify_s: 1 });
    const runs: Pick<JobRun, "retryCount" | "lastRun">[] = [];
    const job = jobFor("repo");
    await bench.send(queue, job);
    await queue.work(
      handlersFor(async (_job, { retryCount, lastRun }) => {
        runs.push({ retryCount, lastRun });
        throw new Error("no");
      }),
      1,
    );
    const fastForward = async () => {
      await sql`UPDATE pgboss.job SET start_after = now() WHERE state = 'retry'`.execute(bench.db);
      return (await bench.jobsInTable())[0]?.state;
    };
    await expect.poll(fastForward).toBe("failed");
    expect(runs).toEqual([0, 1, 2, 3, 4].map((retryCount) => ({ retryCount, lastRun: retryCount === 4 })));
    expect(await queue.hasLiveJob(job.proposal_id)).toBe(false);
  });
});
