import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { upsertInstallation } from "../../src/db/installations-store.ts";
import type { InstallationStatus } from "../../src/db/schema.ts";
import { RescheduleError } from "../../src/github/github-errors.ts";
import { createSyncInstallations } from "../../src/jobs/sync-installations.ts";
import type { SyncInstallationJob } from "../../src/queue/event-jobs.ts";
import { type Job, jobIdOf } from "../../src/queue/job-data.ts";
import { useStore } from "../db/store-fixtures.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const store = useStore();
const signal = new AbortController().signal;

const setUp = (listed: number[] | Error | null) => {
  const clock = createFakeClock();
  const sent: Job[] = [];
  const sync = createSyncInstallations({
    db: store.db,
    queue: { sendMany: async (_db, jobs) => void sent.push(...jobs) },
    clock,
    log: pino({ level: "silent" }),
    auth: listed && {
      installations: async () => {
        if (listed instanceof Error) throw listed;
        return listed.map((id) => ({ id }));
      },
    },
  });
  return { sync: () => sync(signal), sent: sent as SyncInstallationJob[], clock };
};

const addInstallation = (id: number, status: InstallationStatus) =>
  upsertInstallation(store.db, {
    id,
    account_login: "acme",
    account_id: 1,
    account_type: "Organization",
    repository_selection: "all",
    permissions: {},
    status,
  });

describe("the hourly look at every installation", () => {
  it("asks for those GitHub lists, once each, and for those it no longer lists", async () => {
    await addInstallation(1, "active");
    await addInstallation(2, "suspended");
    await addInstallation(3, "deleted");
    await addInstallation(4, "active");
    const { sync, sent } = setUp([9, 4]);

    await sync();

    expect(sent.map((job) => job.installation_id).sort()).toEqual([1, 2, 4, 9]);
    expect(sent[0]).toMatchObject({
      kind: "sync_installation",
      said: null,
      delivery_id: null,
      asked_at: "2026-11-22T12:00:00.000Z",
      cause: expect.stringMatching(/^turn \d+$/),
    });
  });

  it("is a new look each time, also when a worker starts again moments later", async () => {
    const { sync, sent, clock } = setUp([9]);
    await sync();
    clock.advance(50);
    await sync();

    const ids = sent.filter((job) => job.installation_id === 9).map(jobIdOf);
    expect(new Set(ids).size).toBe(2);
  });

  it("leaves a wait that GitHub asks for to the next turn, and any other trouble to the queue", async () => {
    const waiting = setUp(new RescheduleError(new Date("2026-11-22T12:30:00Z"), "rate_limited"));
    await waiting.sync();
    expect(waiting.sent).toEqual([]);
    await expect(setUp(new Error("no answer")).sync()).rejects.toThrow("no answer");
  });

  it("does nothing without credentials", async () => {
    const { sync, sent } = setUp(null);
    await sync();
    expect(sent).toEqual([]);
  });
});
