import { AppError } from "../../errors.ts";
import { commandSucceeds, runCommand } from "./run-command.ts";

/** The unprivileged user PostgreSQL runs as when we are root, whom it refuses. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/**
 * Users that exist on practically every system, so that none has to be created: `postgres` where PostgreSQL is
 * installed, else `nobody`, who owns no files of its own.
 */
const CANDIDATES = ["postgres", "nobody"];
const COMMAND_TIMEOUT_MS = 10_000;

export const isRoot = (): boolean => process.getuid?.() === 0;

/** @throws AppError when the machine has none of the users. */
export const findServerUser = async (): Promise<ServerUser> => {
  for (const name of CANDIDATES) {
    const user = await lookUp(name);
    if (user !== null) return user;
  }
  throw new AppError(
    "DATABASE_UNAVAILABLE",
    `PostgreSQL refuses to run as root, and this machine has none of the users ${CANDIDATES.join(", ")} to run it as. ` +
      "Start the service as an ordinary user, or set DATABASE_URL.",
  );
};

const lookUp = async (name: string): Promise<ServerUser | null> => {
  const options = { user: null, timeout_ms: COMMAND_TIMEOUT_MS };
  if (!(await commandSucceeds("id", ["-u", name], options))) return null;
  const uid = Number(await runCommand("id", ["-u", name], options));
  const gid = Number(await runCommand("id", ["-g", name], options));
  return Number.isInteger(uid) && uid > 0 && Number.isInteger(gid) ? { uid, gid } : null;
};

/** Whether the user can enter the folder, which needs every folder above it too. Asked of the kernel, not computed. */
export const canEnter = (user: ServerUser, folder: string): Promise<boolean> =>
  commandSucceeds("/bin/sh", ["-c", 'cd "$0"', folder], { user, timeout_ms: COMMAND_TIMEOUT_MS });
