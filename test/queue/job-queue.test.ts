import { sql } from "kysely";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { closePrJob, jobIdOf } from "../../src/queue/job-data.ts";
import type { JobQueue } from "../../src/queue/job-queue.ts";
import { JOB_QUEUES, SCHEDULE_NAMES } from "../../src/queue/queues.ts";
import { createHands, handlersFor, jobFor, useQueueBench } from "./queue-bench.ts";

const bench = useQueueBench();

describe("enqueueing", () => {
  it("the same job again adds nothing, at once or later, and leaves the transaction usable", async () => {
    const queue = await bench.open();
    const job = jobFor("repo");
    await bench.db.transaction().execute(async (trx) => {
      await queue.send(trx, job);
      await queue.send(trx, { ...job, request_id: "again" });
      await trx.selectFrom("proposals").select("id").execute();
    });
    await Promise.all([bench.send(queue, job), bench.send(queue, job)]);
    expect(await bench.jobsInTable()).toHaveLength(1);
  });

  it("the same job again adds nothing after it ran, either", async () => {
    const queue = await bench.open();
    const hands = createHands();
    await queue.work(hands.handlersOf("one"), 1);
    const job = jobFor("repo");
    await bench.send(queue, job);
    (await hands.started(job)).finish();
    await expect.poll(async () => (await bench.jobsInTable())[0]?.state).toBe("completed");
    await bench.send(queue, job);
    expect(await bench.jobsInTable()).toHaveLength(1);
  });

  it("in a transaction that is rolled back leaves nothing", async () => {
    const queue = await bench.open();
    const job = jobFor("repo");
    const rolledBack = bench.db.transaction().execute(async (trx) => {
      await queue.send(trx, job);
      throw new Error("changed its mind");
    });
    await expect(rolledBack).rejects.toThrow("changed its mind");
    expect(await bench.jobsInTable()).toEqual([]);
    expect(await queue.hasLiveJob(job.proposal_id)).toBe(false);
  });

  it("tells of others that were in the way as the database does, so that the transaction can be made again", async () => {
    const queue = await bench.open();
    const job = jobFor("repo");
    const sent = bench.db.transaction().execute(async (other) => {
      await queue.send(other, job);
      await bench.db.transaction().execute(async (trx) => {
        await sql`SET LOCAL lock_timeout = 1`.execute(trx);
        await queue.send(trx, job);
      });
    });
    await expect(sent).rejects.toMatchObject({ code: "55P03" });
    await bench.send(queue, job);
    expect(await bench.jobsInTable()).toHaveLength(1);
  });

  it("for later keeps the job until then", async () => {
    const queue = await bench.open();
    const hands = createHands();
    const [later, now] = [jobFor("repo"), jobFor("repo")];
    await bench.send(queue, later, new Date(Date.now() + 3_600_000));
    await bench.send(queue, now);
    await queue.work(hands.handlersOf("one"), 2);
    (await hands.started(now)).finish();
    await expect.poll(() => hands.ended).toEqual([{ proposal_id: now.proposal_id, aborted: false }]);
    expect(hands.seen).toHaveLength(1);
    expect(await queue.hasLiveJob(later.proposal_id)).toBe(true);
  });
});

describe("two processes", () => {
  it("never work on one repository at once, and on different ones they do", async () => {
    const [one, other] = [await bench.open(), await bench.open()];
    const hands = createHands();
    const [first, second, elsewhere] = [jobFor("repo"), jobFor("repo"), jobFor("elsewhere")];
    for (const job of [first, second, elsewhere]) await bench.send(one, job);
    await one.work(hands.handlersOf("one"), 1);
    const running = await hands.started(first);
    expect(running.by).toBe("one");

    // The second is next in line, but its repository is taken.
    await other.work(hands.handlersOf("other"), 1);
    const parallel = await hands.started(elsewhere);
    expect(parallel.by).toBe("other");
    expect(hands.seen).toHaveLength(2);

    running.finish();
    (await hands.started(second)).finish();
    expect(hands.ended[0]?.proposal_id).toBe(first.proposal_id);
  });

  it("do every job once, one at a time for each repository", async () => {
    const queues = await Promise.all([bench.open(), bench.open()]);
    const repos = ["a", "b", "c"];
    const jobs = Array.from({ length: 24 }, (_, index) => jobFor(repos[index % repos.length] ?? ""));
    const active = new Map<string, number>();
    const overlaps: string[] = [];
    const done: string[] = [];
    const handlers = handlersFor(async (job) => {
      const count = (active.get(job.config_repo_id) ?? 0) + 1;
      active.set(job.config_repo_id, count);
      if (count > 1) overlaps.push(job.config_repo_id);
      // Long enough for another process to make the mistake.
      await bench.db.selectFrom("proposals").select("id").execute();
      await new Promise(setImmediate);
      active.set(job.config_repo_id, (active.get(job.config_repo_id) ?? 0) - 1);
      done.push(job.proposal_id);
    });
    await Promise.all(queues.map((queue) => queue.work(handlers, 4)));
    await Promise.all(jobs.map((job, index) => bench.send(queues[index % 2] as JobQueue, job)));
    await expect.poll(() => done.length).toBe(jobs.length);
    expect(overlaps).toEqual([]);
    expect(new Set(done)).toEqual(new Set(jobs.map(({ proposal_id }) => proposal_id)));
  });
});

describe("a repository that becomes free", () => {
  it("has its next jobs begun at once, without waiting for a poll", async () => {
    const queue = await bench.open({ pollWithNotify_s: 3_600 });
    const hands = createHands();
    await queue.work(hands.handlersOf("one"), 2);
    const jobs = Array.from({ length: 5 }, () => jobFor("repo"));
    const [first] = jobs;
    if (first === undefined) throw new Error("there are five");
    await bench.send(queue, first);
    await hands.started(first);
    for (const job of jobs.slice(1)) await bench.send(queue, job);
    for (let count = 1; count <= jobs.length; count++) {
      await expect.poll(() => hands.seen.length, { interval: 10 }).toBe(count);
      hands.seen.at(-1)?.finish();
    }
    await expect.poll(() => hands.ended.length).toBe(jobs.length);
  });
});

const depthOfOpenPr = async (queue: JobQueue) =>
  (await queue.depths()).find(({ name }) => name === "open_pr");

describe("what is known of the queue", () => {
  it("is told once the database answers again, also to somebody who got no answer in time", async () => {
    const queue = await bench.open({ queryTimeout_ms: 300 });
    await bench.db.transaction().execute(async (trx) => {
      await sql`LOCK TABLE pgboss.queue IN ACCESS EXCLUSIVE MODE`.execute(trx);
      await expect(queue.depths()).rejects.toThrow("Query read timeout");
    });
    expect(await queue.depths()).not.toEqual([]);
  });

  it("is whether a proposal's open_pr job lives: waiting, running, or to be run again", async () => {
    const queue = await bench.open();
    const hands = createHands();
    const job = jobFor("repo");
    const { proposal_id } = job;
    expect(await queue.hasLiveJob(proposal_id)).toBe(false);
    const close = closePrJob({
      proposal_id,
      config_repo_id: "repo",
      actor: null,
      cause: "reject",
      request_id: "r",
    });
    await bench.send(queue, close);
    expect(await queue.hasLiveJob(proposal_id), "a close_pr opens nothing").toBe(false);
    await bench.send(queue, job);
    expect(await queue.hasLiveJob(proposal_id)).toBe(true);
    expect(await queue.hasLiveJob(uuidv7())).toBe(false);

    await queue.work(hands.handlersOf("one"), 1);
    (await hands.started(close)).finish();
    const running = await hands.started(job);
    expect(await queue.hasLiveJob(proposal_id)).toBe(true);
    running.finish();
    await expect.poll(() => queue.hasLiveJob(proposal_id)).toBe(false);
  });

  it("is how many jobs wait, run and failed, queue by queue", async () => {
    const queue = await bench.open();
    const empty = { waiting: 0, active: 0, failed: 0, oldestWaiting_s: 0 };
    const names = [...JOB_QUEUES, ...SCHEDULE_NAMES].sort();
    expect(await queue.depths()).toEqual(names.map((name) => ({ name, ...empty })));

    const hands = createHands();
    for (const job of [jobFor("repo"), jobFor("repo")]) await bench.send(queue, job);
    await queue.work(hands.handlersOf("one"), 2);
    await expect.poll(() => hands.seen.length).toBe(1);
    expect(await depthOfOpenPr(queue)).toMatchObject({ name: "open_pr", waiting: 1, active: 1, failed: 0 });
  });

  it("is how long the oldest one waits, those for later apart", async () => {
    const queue = await bench.open();
    const [oldest, later] = [jobFor("repo"), jobFor("repo")];
    await bench.send(queue, oldest);
    await bench.send(queue, later, new Date(Date.now() + 3_600_000));
    const past = sql`UPDATE pgboss.job SET start_after = now() - interval '40 s' WHERE id = ${jobIdOf(oldest)}`;
    await past.execute(bench.db);
    const age_s = (await depthOfOpenPr(queue))?.oldestWaiting_s;
    expect(age_s).toBeGreaterThanOrEqual(40);
    expect(age_s).toBeLessThan(70);
  });
});
