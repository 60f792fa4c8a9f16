import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { Db } from "../../src/db/connect.ts";
import { findMirror } from "../../src/db/pull-mirrors-store.ts";
import type { ConfigRepoStatus } from "../../src/db/schema.ts";
import { isReconciliation } from "../../src/jobs/mirror-pr/reconciliation.ts";
import { createReconcilePulls } from "../../src/jobs/reconcile-pulls.ts";
import type { MirrorPrJob } from "../../src/queue/event-jobs.ts";
import { jobIdOf } from "../../src/queue/job-data.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { type Opened, useMirrorWorld } from "./mirror-pr/mirror-world.ts";

const MINUTE_MS = 60_000;
/** Some hundred requests, on a machine that may be busy. */
const TIMEOUT_MS = 120_000;
const live = new AbortController().signal;

const setUp = (
  db: () => Db,
  pollMinutes: number,
  clock = createFakeClock(),
  limits: { pullsPerTurn_min?: number } = {},
) => {
  const sent: MirrorPrJob[] = [];
  let seed = 1;
  const reconcile = createReconcilePulls({
    db: db(),
    queue: { sendMany: async (_trx, jobs) => void sent.push(...(jobs as MirrorPrJob[])) },
    clock,
    // Minimal standard generator: spread, and the same each time.
    random: () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    },
    pollMinutes,
    ...limits,
    log: pino({ level: "silent" }),
  });
  /** Takes a turn a minute. @returns how many were asked for in each. */
  const turns = async (count: number): Promise<number[]> => {
    const asked: number[] = [];
    for (let turn = 0; turn < count; turn++) {
      const before = sent.length;
      await reconcile(live);
      asked.push(sent.length - before);
      clock.advance(MINUTE_MS);
    }
    return asked;
  };
  return { sent, clock, reconcile, turns };
};

describe("reconciliation", () => {
  const world = useMirrorWorld();
  const setStatus = (pull: Opened, status: ConfigRepoStatus) =>
    world.db.updateTable("config_repos").set({ status }).where("id", "=", pull.configRepoId).execute();

  it("asks for a read of each opened pull request once an interval, spread over it, also after a downtime", async () => {
    const pulls = await world.open(60);
    // A day ago, all at the same time.
    const now = () => createFakeClock(new Date().toISOString());
    const { sent, turns, clock } = setUp(() => world.db, 15, now(), { pullsPerTurn_min: 0 });
    clock.advance(24 * 60 * MINUTE_MS);
    const first = await turns(15);
    expect(Math.max(...first), "an even share with some headroom").toBe(5);
    expect(new Set(sent.map(({ proposal_id }) => proposal_id))).toEqual(new Set(pulls.map(({ id }) => id)));
    expect(new Set(sent.map(jobIdOf)).size).toBe(sent.length);
    expect(sent.every((job) => isReconciliation(job) && job.said === null && job.delivery_id === null)).toBe(
      true,
    );

    const later = await turns(150);
    expect(Math.max(...later)).toBeLessThanOrEqual(5);
    expect(later.filter((asked) => asked === 0).length, "hardly a minute without one").toBeLessThan(30);
    for (const { id } of pulls) {
      const times = sent.filter((job) => job.proposal_id === id).map((job) => Date.parse(job.asked_at));
      const gaps = times.slice(1).map((time, nth) => time - (times[nth] ?? 0));
      expect(Math.max(...gaps), "never later than the interval").toBeLessThanOrEqual(15 * MINUTE_MS);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(12 * MINUTE_MS);
    }
    await setStatus(pulls[0], "suspended");
  });

  it("asks for a few at once, so that a small service knows everything one turn after a downtime", async () => {
    const pulls = await world.open(12);
    const { turns, clock } = setUp(() => world.db, 60, createFakeClock(new Date().toISOString()));
    clock.advance(24 * 60 * MINUTE_MS);
    expect((await turns(2))[0]).toBe(12);
    await setStatus(pulls[0], "suspended");
  });

  it("makes up for rows that are missing, and leaves alone what is over or out of reach", async () => {
    const [open] = await world.open();
    const [suspended] = await world.open();
    const [rejected] = await world.open();
    await setStatus(suspended, "suspended");
    const over = { status: "rejected" as const };
    await world.db.updateTable("proposals").set(over).where("id", "=", rejected.id).execute();
    await world.db.deleteFrom("pull_mirrors").where("proposal_id", "=", open.id).execute();
    const { sent, turns } = setUp(() => world.db, 1, createFakeClock(new Date().toISOString()));
    await turns(1);
    const { sent: nextTurn, turns: next } = setUp(
      () => world.db,
      1,
      createFakeClock(new Date(Date.now() + MINUTE_MS).toISOString()),
    );
    await next(1);
    const asked = [...sent, ...nextTurn].map(({ proposal_id }) => proposal_id);
    expect(await findMirror(world.db, open.id)).toMatchObject({ head_sha: open.pull.head.sha });
    expect(asked).toContain(open.id);
    expect(asked).not.toContain(suspended.id);
    expect(asked).not.toContain(rejected.id);
    await setStatus(open, "suspended");
  });

  it("asks again for nothing when its jobs can't be sent", async () => {
    const [open] = await world.open();
    const clock = createFakeClock(new Date(Date.now() + MINUTE_MS).toISOString());
    const reconcile = createReconcilePulls({
      db: world.db,
      queue: { sendMany: () => Promise.reject(new Error("no queue")) },
      clock,
      random: () => 0,
      pollMinutes: 1,
      log: pino({ level: "silent" }),
    });
    const before = await findMirror(world.db, open.id);
    await expect(reconcile(live)).rejects.toThrow("no queue");
    expect(await findMirror(world.db, open.id), "it is due still").toEqual(before);
    const stopping = AbortSignal.abort(new Error("the process is stopping"));
    await expect(setUp(() => world.db, 1, clock).reconcile(stopping)).rejects.toThrow("stopping");
  });

  it(
    "finds a merge no event told of, and costs nothing of the rate limit for the others",
    async () => {
      const count = 40;
      const [merged] = await world.open();
      // In a repository of their own: a push to its base changes GitHub's answers about every one of them.
      const pulls = [merged, ...(await world.open(count - 1))];
      const start = new Date(Date.now() + MINUTE_MS).toISOString();
      const { sent, turns } = setUp(() => world.db, 1, createFakeClock(start));
      const byId = new Map(pulls.map((pull) => [pull.id, pull]));
      const readAll = async (): Promise<void> => {
        const jobs = sent.splice(0).filter(({ proposal_id }) => byId.has(proposal_id));
        expect(jobs).toHaveLength(count);
        const workers = Array.from({ length: 8 }, async () => {
          for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
            await byId.get(job.proposal_id)?.mirror({ cause: job.cause });
          }
        });
        await Promise.all(workers);
      };
      await turns(1);
      const first = world.reads();
      await readAll();
      expect(first()).toEqual({ all: 4 * count, full: 4 * count });

      await world.sandbox.mergePull(merged.repo, merged.number);
      await turns(1);
      const second = world.reads();
      await readAll();
      expect(await merged.row()).toMatchObject({ status: "pr_merged" });
      // What speaks for and against a merged one is not read any more.
      expect(second()).toEqual({ all: 4 * count - 3, full: 1 });
    },
    TIMEOUT_MS,
  );
});
