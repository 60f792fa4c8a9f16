import type pg from "pg";
import { startProcess } from "../../../test/support/service-processes.ts";
import { OF_THE_SERVICE } from "../own-postgres.ts";
import type { Stage } from "../stage.ts";
import type { DatabaseFault } from "./database-fault.ts";
import { TERMINATE } from "./server-faults.ts";

/** Each takes what is free, and then what the service gives up. */
const ROUNDS_MAX = 200;
const TOO_MANY_CONNECTIONS = "53300";

/**
 * Somebody else has every connection the server gives.
 * @param startsAnother whether one more process is started meanwhile
 */
export const createNoConnections = ({ startsAnother }: { startsAnother: boolean }): DatabaseFault => {
  const taken: pg.Client[] = [];
  return {
    name: "no connection left",
    takesAway: true,
    strike: async (stage) => {
      await takeAll(stage, taken);
      if (startsAnother) await startWithout(stage);
    },
    heal: async (_stage, { blocker }) => {
      await blocker.end("rollback");
      await Promise.allSettled(taken.splice(0).map((client) => client.end()));
    },
  };
};

const takeAll = async ({ postgres }: Stage, taken: pg.Client[]): Promise<void> => {
  const first = await postgres.session();
  taken.push(first);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    await takeFree({ postgres }, taken);
    const { rows } = await first.query(`SELECT 1 FROM pg_stat_activity WHERE ${OF_THE_SERVICE}`);
    if (rows.length === 0) return;
    await first.query(TERMINATE);
  }
  throw new Error(`the service still has a connection after ${ROUNDS_MAX} rounds`);
};

const takeFree = async ({ postgres }: Pick<Stage, "postgres">, taken: pg.Client[]): Promise<void> => {
  for (;;) {
    try {
      taken.push(await postgres.session());
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === TOO_MANY_CONNECTIONS) return;
      throw error;
    }
  }
};

/** A process that is started now says why it can't, and ends, so that whoever looks after it starts it again. */
const startWithout = async ({ environment, told }: Stage): Promise<void> => {
  try {
    const started = await startProcess("worker", environment);
    await started.stop();
    told.violation("a worker was ready without a connection to its database");
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    told.read("the last words of a process that could not start", said);
    if (!/ended with 1 .*It could not start: /.test(said))
      told.violation(`a worker that was started: ${said}`);
  }
};
