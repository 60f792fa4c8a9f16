import type { OwnPostgres } from "../own-postgres.ts";
import type { Stage } from "../stage.ts";
import type { UnderWay } from "../under-way.ts";
import { until } from "../until.ts";
import type { DatabaseFault } from "./database-fault.ts";
import { TERMINATE } from "./server-faults.ts";

type InTransaction = UnderWay["inTransaction"];

const COUNTED_TIMEOUT_MS = 5_000;
const idsOf = ({ request, job }: InTransaction) => [request.id, job.id];

/** A row stays locked for longer than a statement may wait. */
export const statementTimeout: DatabaseFault = {
  name: "statements timed out",
  takesAway: false,
  strike: async (_stage, inTransaction) => inTransaction.blocker.freed(idsOf(inTransaction)),
  heal: async (_stage, { blocker }) => blocker.end("rollback"),
};

/** Two wait for each other, and one of them is sent away. */
export const deadlock: DatabaseFault = {
  name: "deadlocks",
  takesAway: false,
  strike: async ({ postgres }, inTransaction) => {
    const { blocker, request } = inTransaction;
    const before = await deadlocks(postgres);
    await blocker.wantRow(request.id);
    const counted = async () => (await deadlocks(postgres)) > before;
    if (!(await until(counted, { timeout_ms: COUNTED_TIMEOUT_MS }))) throw new Error("there was no deadlock");
  },
  heal: async (_stage, { blocker }) => blocker.end("rollback"),
};

const deadlocks = async (postgres: OwnPostgres): Promise<number> => {
  const sql = "SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()";
  const [row] = await postgres.query<{ deadlocks: number }>(sql);
  return row?.deadlocks ?? 0;
};

const ISOLATION = "ALTER DATABASE relyloop SET default_transaction_isolation = 'serializable'";
const NO_ISOLATION = "ALTER DATABASE relyloop RESET default_transaction_isolation";
const SERIALIZATION_FAILURE = "40001";

/** What a transaction waited for has changed meanwhile, where the database is told to allow only one after the other. */
export const serialization: DatabaseFault = {
  name: "serialization failures",
  takesAway: false,
  prepare: async ({ postgres }) => {
    await postgres.query(ISOLATION);
    // Sessions keep what they began with.
    await postgres.query(TERMINATE);
  },
  strike: async (stage, { blocker }) => {
    const before = serializationFailures(stage);
    await blocker.end("commit");
    const seen = async () => serializationFailures(stage) > before;
    if (!(await until(seen, { timeout_ms: COUNTED_TIMEOUT_MS })))
      throw new Error("there was no serialization failure");
  },
  heal: async ({ postgres }) => {
    await postgres.query(NO_ISOLATION);
    await postgres.query(TERMINATE);
  },
};

const serializationFailures = ({ processes }: Stage): number =>
  Object.values(processes)
    .flatMap((process) => process.log())
    .filter((line) => JSON.stringify(line).includes(`"code":"${SERIALIZATION_FAILURE}"`)).length;

/** The processes stand still in the middle of their transactions, until PostgreSQL has had enough of it. */
export const idleInTransaction: DatabaseFault = {
  name: "transactions left idle",
  takesAway: false,
  strike: async ({ processes }, inTransaction) => {
    const { blocker } = inTransaction;
    const pids = Object.values(processes).map(({ child }) => child.pid ?? 0);
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    try {
      await blocker.release();
      await blocker.freed(idsOf(inTransaction));
    } finally {
      for (const pid of pids) process.kill(pid, "SIGCONT");
    }
  },
  heal: async (_stage, { blocker }) => blocker.end("rollback"),
};
