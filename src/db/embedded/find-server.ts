import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "./error-code.ts";
import type { ServerHome } from "./server-home.ts";

/** A server that runs on the cluster. It may still be starting, or already stopping. */
export interface RunningServer {
  pid: number;
  /** Null during the first moments of a start. */
  socket: { folder: string; port: number } | null;
}

/**
 * Reads postmaster.pid, which PostgreSQL writes at its start and removes at its end: process id, data directory,
 * start time, port, socket folder, one a line (src/include/utils/pidfile.h). After a `kill -9` the file stays, so
 * the process is looked at too. Null: nothing runs.
 */
export const findServer = async (home: ServerHome): Promise<RunningServer | null> => {
  const text = await readOrNull(pidFile(home));
  if (text === null) return null;
  const [pidLine, , , portLine, socketFolder] = text.split("\n");
  const pid = Number(pidLine);
  if (!Number.isInteger(pid) || pid <= 1) return null;
  if (!(await isPostgres(pid, home))) return null;
  const port = Number(portLine);
  return { pid, socket: socketFolder && port > 0 ? { folder: socketFolder, port } : null };
};

export const pidFile = (home: ServerHome): string => join(home.data, "postmaster.pid");

/** The process id may have gone to another program since, or to a zombie nobody waited for in a container. */
const isPostgres = async (pid: number, home: ServerHome): Promise<boolean> => {
  if (process.platform !== "linux") return isAlive(pid);
  const line = await readOrNull(`/proc/${pid}/stat`);
  const match = line === null ? null : /^\d+ \((.*)\) (\S)/s.exec(line);
  if (match === null || match[1] !== "postgres" || match[2] === "Z") return false;
  const [process_, data] = await Promise.all([statOrNull(`/proc/${pid}`), statOrNull(home.data)]);
  return process_ !== null && process_.uid === data?.uid;
};

/** Whether any process has this id. */
export const isAlive = (pid: number): boolean => {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
};

/** ESRCH is what reading /proc says of a process that ended while it was read. */
const orNull = async <T>(reading: Promise<T>): Promise<T | null> => {
  try {
    return await reading;
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes(errorCode(error))) return null;
    throw error;
  }
};

const readOrNull = (path: string): Promise<string | null> => orNull(readFile(path, "utf8"));
const statOrNull = (path: string) => orNull(stat(path));
