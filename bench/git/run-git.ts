import { execFile } from "node:child_process";
import { promisify } from "node:util";

const TIMEOUT_MS = 10 * 60_000;

/** The machine's own settings must not change what is measured. */
const ENVIRONMENT = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
};

/** @returns what it prints, without the last line's end. @throws with git's own words */
export const runGit = async (cwd: string, args: readonly string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)("git", args, { cwd, env: ENVIRONMENT, timeout: TIMEOUT_MS });
  return stdout.trimEnd();
};
