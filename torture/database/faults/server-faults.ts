import { OF_THE_SERVICE } from "../own-postgres.ts";
import type { DatabaseFault } from "./database-fault.ts";

/** As an administrator restarts it: the sessions are ended, and everything is written out. */
export const restart: DatabaseFault = {
  name: "PostgreSQL restarted",
  takesAway: true,
  strike: ({ postgres }) => postgres.end("fast"),
  heal: ({ postgres }) => postgres.startAgain(),
};

/** As the kernel ends it when memory is short: nothing is written out, and the next start recovers. */
export const crash: DatabaseFault = {
  name: "PostgreSQL killed",
  takesAway: true,
  strike: ({ postgres }) => postgres.end("killed"),
  heal: ({ postgres }) => postgres.startAgain(),
};

export const TERMINATE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${OF_THE_SERVICE}`;

/** As in a failover behind a proxy: all sessions are gone, and new ones are welcome. */
export const terminate: DatabaseFault = {
  name: "every session terminated",
  takesAway: false,
  strike: async ({ postgres }) => {
    await postgres.query(TERMINATE);
  },
  heal: async (_stage, { blocker }) => blocker.end("rollback"),
};

/** As when a machine vanishes and another one takes its address: nobody says that the sessions are gone. */
export const silence: DatabaseFault = {
  name: "every connection silent",
  takesAway: false,
  strike: async ({ postgres }) => {
    postgres.network.fallSilent();
    await postgres.query(TERMINATE);
  },
  heal: async (_stage, { blocker }) => blocker.end("rollback"),
};

/** As after a failover to a server that may not be written to yet. */
export const readOnly: DatabaseFault = {
  name: "a server that takes no writes",
  takesAway: true,
  strike: async ({ postgres }) => {
    await postgres.query("ALTER DATABASE relyloop SET default_transaction_read_only = on");
    await postgres.query(TERMINATE);
  },
  heal: async ({ postgres }, { blocker }) => {
    await blocker.end("rollback");
    await postgres.query("ALTER DATABASE relyloop RESET default_transaction_read_only");
    await postgres.query(TERMINATE);
  },
};
