import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Role } from "../../src/service.ts";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 50;
/** Of a log whose process did not start. */
const LOG_CHARS_SHOWN_MAX = 2_000;

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

export type Environment = Record<string, string>;

export interface Running {
  host: string;
  port: number;
  child: ChildProcess;
  stop(): Promise<void>;
}

/** Nothing of this process's own settings goes along. */
const envOf = (environment: Environment) => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  ...environment,
});

/**
 * A process of the service, as an administrator starts it; its log goes to a file. One with every role is up once the
 * walk-through has opened its pull request.
 * @throws Error with the end of the log
 */
export const startService = async (
  role: Role,
  environment: Environment,
  logPath: string,
): Promise<Running> => {
  const log = openSync(logPath, "w", 0o600);
  const child = spawn(process.execPath, [MAIN, ...(role === "all" ? [] : [role])], {
    env: envOf(environment),
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  try {
    const url = new URL(await urlIn(logPath, child, role));
    return { host: url.hostname, port: Number(url.port), child, stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw new Error(
      `the service did not start:\n${readFileSync(logPath, "utf8").slice(-LOG_CHARS_SHOWN_MAX)}`,
      { cause: error },
    );
  }
};

const urlIn = async (logPath: string, child: ChildProcess, role: Role): Promise<string> => {
  for (let waited_ms = 0; waited_ms < START_TIMEOUT_MS; waited_ms += POLL_MS) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const log = readFileSync(logPath, "utf8");
    const url = /"url":"([^"]+)"[^\n]*"msg":"ready"/.exec(log)?.[1];
    if (url !== undefined && (role !== "all" || log.includes("Serving until"))) return url;
    await setTimeout(POLL_MS);
  }
  throw new Error("it was not ready in time");
};

/** A process of ours that talks by messages; what it prints goes to `logPath`, or where ours goes. */
export const startHelper = (
  module: URL,
  options: { args?: string[]; environment?: Environment; logPath?: string } = {},
): ChildProcess => {
  const { args = [], environment = {}, logPath } = options;
  const log = logPath === undefined ? "inherit" : openSync(logPath, "w", 0o600);
  const child = fork(fileURLToPath(module), args, {
    env: envOf(environment),
    stdio: ["ignore", log, "inherit", "ipc"],
  });
  if (typeof log === "number") closeSync(log);
  return child;
};

/** The next message of a process. */
export const answerOf = async <T>(child: ChildProcess, order?: object): Promise<T> => {
  const answer = Promise.withResolvers<T>();
  const failed = (code: number | null) => answer.reject(new Error(`the process ended with ${code}`));
  child.once("message", answer.resolve as (message: unknown) => void);
  child.once("exit", failed);
  if (order !== undefined) child.send(order);
  try {
    return await answer.promise;
  } finally {
    child.off("message", answer.resolve as (message: unknown) => void);
    child.off("exit", failed);
  }
};

export const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const ended = new AbortController();
  const killed = setTimeout(STOP_TIMEOUT_MS, undefined, { signal: ended.signal }).then(
    () => child.kill("SIGKILL"),
    () => undefined,
  );
  await exited;
  ended.abort();
  await killed;
};
