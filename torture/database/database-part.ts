import { takeTurn } from "../../test/support/schedules.ts";
import type { Outcome, Part, Trial } from "../part.ts";
import { runEpisode } from "./episode.ts";
import type { DatabaseFault } from "./faults/database-fault.ts";
import { deadlock, idleInTransaction, serialization, statementTimeout } from "./faults/lock-faults.ts";
import { createNoConnections } from "./faults/no-connections.ts";
import { crash, readOnly, restart, silence, terminate } from "./faults/server-faults.ts";
import { gatherHooks } from "./gather-hooks.ts";
import { checkOnGithub } from "./on-github.ts";
import { checkSaid } from "./processes-said.ts";
import { settle } from "./settle.ts";
import { openStage, type Stage } from "./stage.ts";
import { runStorm } from "./storm.ts";
import { until } from "./until.ts";
import { checkFollowed, checkWhole } from "./whole.ts";

const STORM_MS = 15_000;
/** A turn is taken each minute, and looked for twice in one. */
const TURN_TIMEOUT_MS = 100_000;
const TURN_POLL_MS = 500;

/** The database fails in every way it has, in the middle of presses and jobs; nothing that was answered for is lost. */
export const databasePart: Part = {
  name: "database",
  about: "PostgreSQL restarted, killed, full, locked and cut off while jobs run and requests come",
  run: async (trial: Trial): Promise<Outcome> => {
    const stage = await openStage(trial.random);
    const { ledger, caller, told } = stage;
    const figures: Outcome["figures"] = { "database faults": 0 };
    try {
      const { faults, away_ms } = await strikeAll(stage, trial);
      figures["database faults"] = faults;
      trial.note("what was answered for");
      figures.lost = await checkAll(stage);
      if (away_ms !== null) await checkSchedules(stage, away_ms);
    } catch (error) {
      // With what was told of before, which may well be the cause.
      told.violation(`it could not go on: ${error instanceof Error ? error.stack : String(error)}`);
    } finally {
      await stage.close();
    }
    return {
      figures: {
        ...figures,
        presses: ledger.proposals.size,
        deliveries: ledger.deliveries.size,
        "requests refused with 503": caller.refused,
      },
      violations: [...told.violations],
    };
  },
};

/** First those that take the database away, so that the schedules have time to come round after them. */
const createFaults = (size: Trial["size"]): Record<"away" | "there", DatabaseFault[]> => ({
  away: [restart, crash, createNoConnections({ startsAnother: size === "full" })],
  there: [terminate, statementTimeout, deadlock, serialization, idleInTransaction, silence, readOnly],
});

interface Struck {
  faults: number;
  /** When the database was last away, where that is followed by enough else; milliseconds since the epoch. */
  away_ms: number | null;
}

const strikeAll = async (stage: Stage, { size, random, note, signal }: Trial): Promise<Struck> => {
  const { away, there } = createFaults(size);
  const struck: Struck = { faults: 0, away_ms: null };
  const strike = async (faults: readonly DatabaseFault[]) => {
    for (const fault of random.some(faults, faults.length)) {
      if (signal.aborted) return;
      note(fault.name);
      await runEpisode(stage, fault);
      struck.faults += 1;
    }
  };
  if (size === "short") {
    await strike([random.pick(away), random.pick(there)]);
    return struck;
  }
  await strike(away);
  struck.away_ms = Date.now();
  await strike(there);
  if (signal.aborted) return struck;
  note("a storm of them");
  struck.faults += await runStorm(stage, AbortSignal.any([signal, AbortSignal.timeout(STORM_MS)]));
  return struck;
};

/** @returns how much of what was answered for is lost */
const checkAll = async (stage: Stage): Promise<number> => {
  const { told, health, postgres, sandbox, ledger, feed, misuses } = stage;
  told.during = "afterwards";
  health.alive();
  await health.ready();
  await gatherHooks(stage);
  const lost = await settle(stage);
  await takeTurn(postgres.serviceUrl, "sweep_stuck_proposals");
  await checkOnGithub(sandbox, ledger, told);
  await checkWhole(postgres, told);
  await checkFollowed(stage, feed);
  health.alive();
  checkSaid(stage);
  for (const misuse of misuses) told.violation(misuse);
  return lost;
};

/** A turn that nobody asked for but the clock. */
const TURN = `
  SELECT 1 FROM pgboss.job WHERE name = 'reconcile_pulls' AND state = 'completed'
    AND created_on > to_timestamp($1::float8 / 1000)`;

/** Waits for a turn of a schedule that began after a moment. */
const checkSchedules = async ({ postgres, told }: Stage, since_ms: number): Promise<void> => {
  const timeout_ms = Math.max(0, since_ms + TURN_TIMEOUT_MS - Date.now());
  const taken = async () => (await postgres.query(TURN, [since_ms])).length > 0;
  if (!(await until(taken, { timeout_ms, poll_ms: TURN_POLL_MS })))
    told.violation(`no schedule's turn was taken in ${TURN_TIMEOUT_MS} ms after the database was back`);
};
