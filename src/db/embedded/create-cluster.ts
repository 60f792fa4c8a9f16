import { access, chown, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "./error-code.ts";
import { runCommand } from "./run-command.ts";
import type { ServerHome } from "./server-home.ts";

export const SUPERUSER = "relyloop";

const INITDB_TIMEOUT_MS = 60_000;
/** An initdb that was told to end may still write into what is being removed. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 };
const UNFINISHED_PREFIX = "data-unfinished-";

/**
 * `trust`, because the 0700 folder of the socket is what keeps others out and TCP is off. The builtin provider
 * gives the same Unicode on every machine, whatever locales are installed.
 */
const INITDB_ARGS = [
  `--username=${SUPERUSER}`,
  "--auth-local=trust",
  "--auth-host=reject",
  "--encoding=UTF8",
  "--locale=C",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
  "--no-instructions",
];

/**
 * Creates the database cluster in `home.data` unless it is there. It is made aside and renamed when complete, so
 * that a half-made one is never used; of two processes at the same moment one comes first and the other's is dropped.
 *
 * @param fsync whether to wait until the disk has it, as the server's setting of that name does.
 */
export const createCluster = async (
  home: ServerHome,
  initdb: string,
  { fsync, signal }: { fsync: boolean; signal: AbortSignal | undefined },
): Promise<void> => {
  if (await clusterExists(home)) return;
  const unfinished = await mkdtemp(join(home.folder, UNFINISHED_PREFIX));
  try {
    if (home.user) await chown(unfinished, home.user.uid, home.user.gid);
    const args = [`--pgdata=${unfinished}`, ...INITDB_ARGS, ...(fsync ? [] : ["--no-sync"])];
    await runCommand(initdb, args, {
      user: home.user,
      timeout_ms: INITDB_TIMEOUT_MS,
      signal,
    });
    await rename(unfinished, home.data);
  } catch (error) {
    await rm(unfinished, REMOVAL);
    signal?.throwIfAborted();
    if (!(await clusterExists(home))) throw error;
  }
};

/** Removes what a process that was killed during its first start left behind. */
export const removeUnfinished = async (home: ServerHome): Promise<void> => {
  for (const name of await readdir(home.folder)) {
    if (!name.startsWith(UNFINISHED_PREFIX)) continue;
    await rm(join(home.folder, name), REMOVAL);
  }
};

const clusterExists = async (home: ServerHome): Promise<boolean> => {
  try {
    await access(join(home.data, "PG_VERSION"));
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
};
