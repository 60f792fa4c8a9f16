import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ServerUser } from "./server-user.ts";

const OUTPUT_BYTES_MAX = 256 * 1024;
/** PostgreSQL's programs get nothing of our environment: it may hold keys and tokens. */
export const CHILD_ENV: Readonly<NodeJS.ProcessEnv> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LC_ALL: "C",
};

const execFileAsync = promisify(execFile);

interface RunOptions {
  /** null: as ourselves. */
  user: ServerUser | null;
  timeout_ms: number;
  signal?: AbortSignal | undefined;
}

/**
 * Runs a program to its end and gives what it wrote to standard output. Throws, with what it wrote to standard
 * error, when it cannot be started, exits non-zero or takes longer than `timeout_ms`.
 */
export const runCommand = async (file: string, args: string[], options: RunOptions): Promise<string> => {
  const { stdout } = await execFileAsync(file, args, {
    cwd: "/",
    env: CHILD_ENV,
    timeout: options.timeout_ms,
    maxBuffer: OUTPUT_BYTES_MAX,
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.user ? { uid: options.user.uid, gid: options.user.gid } : {}),
  });
  return stdout;
};

/** Whether the program runs and exits with 0 as that user; why it did not is of no interest to the caller. */
export const commandSucceeds = async (
  file: string,
  args: string[],
  options: RunOptions,
): Promise<boolean> => {
  try {
    await runCommand(file, args, options);
    return true;
  } catch {
    options.signal?.throwIfAborted();
    return false;
  }
};
