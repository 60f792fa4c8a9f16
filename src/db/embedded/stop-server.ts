import { rmdir } from "node:fs/promises";
import { systemClock } from "../../clock.ts";
import { AppError } from "../../errors.ts";
import { errorCode } from "./error-code.ts";
import { findServer } from "./find-server.ts";
import type { ServerHome } from "./server-home.ts";

const POLL_MS = 20;

/**
 * Ways to stop, gentlest first (https://www.postgresql.org/docs/18/server-shutdown.html): fast ends the sessions
 * and writes everything out; immediate leaves the rest to the recovery at the next start.
 */
const STEPS: readonly { name: string; signal: NodeJS.Signals; timeout_ms: number }[] = [
  { name: "fast", signal: "SIGINT", timeout_ms: 10_000 },
  { name: "immediate", signal: "SIGQUIT", timeout_ms: 5_000 },
];

/** Stops whatever server runs on the cluster and waits for its end. @throws AppError when it does not end. */
export const stopServer = async (home: ServerHome): Promise<void> => {
  const server = await findServer(home);
  if (server === null) return;
  for (const step of STEPS) {
    signalProcess(server.pid, step.signal);
    if (await endsWithin(home, server.pid, step.timeout_ms)) {
      await removeOutsideSocketFolder(home, server.socket?.folder);
      return;
    }
  }
  throw new AppError(
    "DATABASE_UNAVAILABLE",
    `The embedded PostgreSQL (process ${server.pid}) does not stop. Look into ${home.folder}/server.log.`,
  );
};

const endsWithin = async (home: ServerHome, pid: number, timeout_ms: number): Promise<boolean> => {
  const deadline = systemClock.now() + timeout_ms;
  while ((await findServer(home))?.pid === pid) {
    if (systemClock.now() > deadline) return false;
    await systemClock.sleep(POLL_MS);
  }
  return true;
};

const signalProcess = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== "ESRCH") throw error;
  }
};

/** One under /tmp is made anew at every start. If it is not empty or gone already, that is no reason to fail. */
const removeOutsideSocketFolder = async (home: ServerHome, folder: string | undefined): Promise<void> => {
  if (folder === undefined || folder.startsWith(`${home.folder}/`)) return;
  await rmdir(folder).catch(() => undefined);
};
