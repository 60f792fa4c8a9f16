import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../random.ts";
import { openBlocker } from "./blocker.ts";
import { deliver } from "./deliver.ts";
import { OF_THE_SERVICE } from "./own-postgres.ts";
import { makeScenario } from "./propose.ts";
import { runProposals } from "./run-proposals.ts";
import type { Stage } from "./stage.ts";

const CALLERS = 4;
/** Between two faults: long enough for most runs, too short for some. */
const CALM_MS_MIN = 500;
const CALM_MS_MAX = 2_500;
const AWAY_MS_MAX = 600;
const LOCKED_MS = 400;
const BETWEEN_DELIVERIES_MS_MAX = 400;

const STRIKES: Record<string, (stage: Stage, random: Random) => Promise<unknown>> = {
  restart: async ({ postgres }, random) => {
    await postgres.end("fast");
    await sleep(random.below(AWAY_MS_MAX));
    await postgres.startAgain();
  },
  kill: async ({ postgres }, random) => {
    await postgres.end("killed");
    await sleep(random.below(AWAY_MS_MAX));
    await postgres.startAgain();
  },
  "end every session": ({ postgres }) =>
    postgres.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${OF_THE_SERVICE}`),
  "end those at work": ({ postgres }) =>
    postgres.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${OF_THE_SERVICE} AND state <> 'idle'`,
    ),
  "cancel what is at work": ({ postgres }) =>
    postgres.query(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE ${OF_THE_SERVICE} AND state = 'active'`,
    ),
  "lock the events": async ({ postgres }) => {
    const blocker = await openBlocker(postgres);
    await sleep(LOCKED_MS);
    await blocker.end("rollback");
  },
};

/** Faults at any moment while callers press and GitHub delivers. @returns how many there were */
export const runStorm = async (stage: Stage, over: AbortSignal): Promise<number> => {
  const { random, told, feed } = stage;
  told.during = "the storm";
  const scenarios = await Promise.all(Array.from({ length: CALLERS }, () => makeScenario(stage)));
  const calling = scenarios.map((scenario, at) =>
    runProposals(stage, scenario, random.of(`caller ${at}`), over),
  );
  const delivering = runDeliveries(
    stage,
    scenarios.map(({ installationId }) => installationId),
    over,
  );
  let faults = 0;
  const names = Object.keys(STRIKES);
  while (!over.aborted) {
    await sleep(CALM_MS_MIN + random.below(CALM_MS_MAX - CALM_MS_MIN));
    await STRIKES[random.pick(names)]?.(stage, random);
    faults += 1;
    if (random.below(3) === 0) feed.breakOff();
    stage.health.alive();
  }
  await Promise.all([...calling, delivering]);
  return faults;
};

const runDeliveries = async (
  stage: Stage,
  installationIds: readonly number[],
  over: AbortSignal,
): Promise<void> => {
  const random = stage.random.of("deliveries");
  const underWay: Promise<void>[] = [];
  while (!over.aborted) {
    underWay.push(deliver(stage, random.pick(installationIds)));
    await sleep(random.below(BETWEEN_DELIVERIES_MS_MAX));
  }
  await Promise.all(underWay);
};
