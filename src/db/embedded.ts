import { resolve } from "node:path";
import type { Logger } from "pino";
import { systemClock } from "../clock.ts";
import { AppError } from "../errors.ts";
import { type Binaries, findBinaries } from "./embedded/binaries.ts";
import { createCluster, removeUnfinished, SUPERUSER } from "./embedded/create-cluster.ts";
import { findServer } from "./embedded/find-server.ts";
import { DATABASE, type Lease, type SocketAddress, takeLease } from "./embedded/lease.ts";
import { prepareServerHome, type ServerHome } from "./embedded/server-home.ts";
import { type ServerSettings, type StartedServer, startServer } from "./embedded/start-server.ts";
import { stopServer } from "./embedded/stop-server.ts";

/** Recovery after a crash is part of a start, and takes its time. */
const START_TIMEOUT_MS = 60_000;
/** A start fails when the processes of a killed server are not all gone yet, or when another start was first. */
const STARTS_MAX = 5;
const POLL_MS = 25;
const RESTART_PAUSE_MS = 200;

interface EmbeddedOptions {
  /** The server's files are in `<dataDir>/postgres`. */
  dataDir: string;
  log: Pick<Logger, "info" | "warn">;
  /** Gives up a start that has not succeeded yet; a server it had started is stopped again. */
  signal?: AbortSignal;
  /** PostgreSQL settings by name, over our own; only the process that starts the server has a say. */
  extraSettings?: ServerSettings;
}

export interface EmbeddedPostgres {
  /** `host` is the folder of the Unix socket; `connectionString` says the same in one line. */
  connection: { connectionString: string; host: string; port: number; user: string; database: string };
  /** Nobody else was using the server: it was started here, or its starter has died. */
  owned: boolean;
  /** Gives the server up. The last process to do so stops it: fast, after 10 s immediately. */
  close(): Promise<void>;
}

/**
 * Gives the PostgreSQL that lives in `dataDir`: a running one is joined, otherwise it is started, at first with an
 * empty database. Any number of processes may do so at the same moment; one server is the result.
 *
 * @throws AppError DATABASE_UNAVAILABLE with the end of the server's log and what to do; the signal's reason.
 */
export const openEmbeddedPostgres = async (options: EmbeddedOptions): Promise<EmbeddedPostgres> => {
  try {
    const home = await prepareServerHome(resolve(options.dataDir), options.log);
    const binaries = await findBinaries(home.user, options.log);
    const { lease, address } = await joinOrStart(home, binaries, options);
    if (lease.first) await removeUnfinished(home);
    options.log.info({ folder: home.folder, owned: lease.first }, "embedded PostgreSQL is ready");
    return opened(home, lease, address);
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (cause instanceof AppError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError(
      "DATABASE_UNAVAILABLE",
      `The embedded PostgreSQL in ${options.dataDir} could not be started: ${why}\n` +
        "Set DATA_DIR to a folder that can be written, or DATABASE_URL to use another PostgreSQL.",
      { cause },
    );
  }
};

const opened = (home: ServerHome, lease: Lease, address: SocketAddress): EmbeddedPostgres => {
  let closing: Promise<void> | null = null;
  const close = async () => {
    try {
      if ((await lease.leave()) === "last") await stopServer(home);
    } finally {
      await lease.end();
    }
  };
  return {
    connection: {
      connectionString: `postgresql://${SUPERUSER}@/${DATABASE}?host=${encodeURIComponent(address.folder)}&port=${address.port}&sslmode=disable`,
      host: address.folder,
      port: address.port,
      user: SUPERUSER,
      database: DATABASE,
    },
    owned: lease.first,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
};

interface Joined {
  lease: Lease;
  address: SocketAddress;
}

/** Looks, and looks again, until a server answers; starts one whenever none runs. */
const joinOrStart = async (
  home: ServerHome,
  binaries: Binaries,
  options: EmbeddedOptions,
): Promise<Joined> => {
  const deadline = systemClock.now() + START_TIMEOUT_MS;
  const { signal, extraSettings = {} } = options;
  let started: StartedServer | null = null;
  let starts = 0;
  try {
    while (systemClock.now() < deadline) {
      signal?.throwIfAborted();
      const server = await findServer(home);
      if (server?.socket) {
        const lease = await takeLease(server.socket);
        if (lease) return { lease, address: server.socket };
      } else if (server === null && (started === null || started.ended() !== null)) {
        if (started !== null && starts >= STARTS_MAX) throw await startFailed(home, started);
        if (started !== null) await systemClock.sleep(RESTART_PAUSE_MS, signal);
        await createCluster(home, binaries.initdb, { fsync: extraSettings.fsync !== "off", signal });
        started = await startServer(home, binaries.postgres, extraSettings);
        starts += 1;
      }
      await systemClock.sleep(POLL_MS, signal);
    }
    throw await startTimedOut(home);
  } catch (error) {
    await started?.abandon();
    throw error;
  }
};

const startFailed = async (home: ServerHome, started: StartedServer): Promise<AppError> =>
  new AppError(
    "DATABASE_UNAVAILABLE",
    `The embedded PostgreSQL ended at its start (${started.ended()}). The end of ${home.folder}/server.log:\n` +
      `${await started.logTail()}\n` +
      "Mend what it names, or move the folder away to begin with an empty database, or set DATABASE_URL.",
  );

const startTimedOut = async (home: ServerHome): Promise<AppError> => {
  const server = await findServer(home);
  const who = server === null ? "" : ` (process ${server.pid})`;
  return new AppError(
    "DATABASE_UNAVAILABLE",
    `The embedded PostgreSQL${who} took no connection for ${START_TIMEOUT_MS / 1000} s. ` +
      `Look into ${home.folder}/server.log; end that process if it hangs, and start again.`,
  );
};
