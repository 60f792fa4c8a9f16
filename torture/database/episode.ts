import { deliver } from "./deliver.ts";
import type { DatabaseFault } from "./faults/database-fault.ts";
import { makeScenario, pressUntilTaken, propose } from "./propose.ts";
import type { Stage } from "./stage.ts";
import { beginUnderWay } from "./under-way.ts";
import { until } from "./until.ts";
import { checkWhole } from "./whole.ts";

/** A job that has to wait for its heartbeat is not waited for here: what follows is no worse for it. */
const OPENED_TIMEOUT_MS = 3_000;
const OPENED_POLL_MS = 150;

/**
 * One fault, struck while a job waits for GitHub, another one is about to record its pull request, and a request has
 * come as far as its last statement.
 */
export const runEpisode = async (stage: Stage, fault: DatabaseFault): Promise<void> => {
  const { random, health, told, feed } = stage;
  told.during = fault.name;
  const [one, two] = await Promise.all([makeScenario(stage), makeScenario(stage)]);
  const proposals = [
    await propose(stage, one, random.pick(["study", "hand"])),
    await propose(stage, two, "hand"),
    await propose(stage, random.pick([one, two]), "hand"),
  ] as const;
  const { atGithub, inTransaction } = await beginUnderWay(stage, proposals, () => fault.prepare?.(stage));
  let delivered: Promise<unknown>;
  try {
    await fault.strike(stage, inTransaction);
    delivered = Promise.all([one, two].map(({ installationId }) => deliver(stage, installationId)));
    if (fault.takesAway) await health.away();
    if (random.below(2) === 0) feed.breakOff();
    // The run meets the fault itself, or only what is left of it.
    if (random.below(2) === 0) atGithub.goOn();
  } finally {
    await fault.heal(stage, inTransaction);
    await inTransaction.blocker.end("rollback");
    atGithub.goOn();
  }
  await inTransaction.answer;
  await health.ready();
  health.alive();
  // Before the press is made again, which would bring the other half.
  await checkWhole(stage.postgres, told);
  await pressUntilTaken(stage, inTransaction.request);
  await delivered;
  await until(() => areOpened(stage, proposals), {
    timeout_ms: OPENED_TIMEOUT_MS,
    poll_ms: OPENED_POLL_MS,
  });
};

const areOpened = async ({ postgres }: Stage, proposals: readonly { id: string }[]): Promise<boolean> => {
  const ids = proposals.map(({ id }) => id);
  const sql = "SELECT 1 FROM proposals WHERE id = ANY($1::uuid[]) AND status = 'pr_opened'";
  return (await postgres.query(sql, [ids])).length === ids.length;
};
