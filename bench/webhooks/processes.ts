import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 50;

export type Environment = Record<string, string>;

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const envOf = (environment: Environment) => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  ...environment,
});

export interface Running {
  host: string;
  port: number;
  child: ChildProcess;
  stop(): Promise<void>;
}

/** A web process of the service, as an administrator starts it. Its log goes to a file, as Probot's does. */
export const startService = async (environment: Environment, logPath: string): Promise<Running> => {
  const log = openSync(logPath, "w", 0o600);
  const child = spawn(process.execPath, [pathOf("../../src/main.ts"), "web"], {
    env: envOf(environment),
    stdio: ["ignore", log, "inherit"],
  });
  closeSync(log);
  const url = new URL(await urlIn(logPath, child));
  return { host: url.hostname, port: Number(url.port), child, stop: () => stop(child) };
};

const urlIn = async (logPath: string, child: ChildProcess): Promise<string> => {
  for (let waited_ms = 0; waited_ms < START_TIMEOUT_MS; waited_ms += POLL_MS) {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`);
    const url = /"url":"([^"]+)"[^\n]*"msg":"ready"/.exec(readFileSync(logPath, "utf8"))?.[1];
    if (url !== undefined) return url;
    await setTimeout(POLL_MS);
  }
  throw new Error("the service was not ready in time");
};

/** Probot's own server. */
export const startProbot = async (environment: Environment, logPath: string): Promise<Running> => {
  const log = openSync(logPath, "w", 0o600);
  const child = fork(pathOf("./probot-process.ts"), [], {
    env: envOf(environment),
    stdio: ["ignore", log, "inherit", "ipc"],
  });
  closeSync(log);
  const { port } = await answerOf<{ port: number }>(child);
  return { host: "127.0.0.1", port, child, stop: () => stop(child) };
};

export const startLoad = (): ChildProcess =>
  fork(pathOf("./load-process.ts"), [], { env: envOf({}), stdio: ["ignore", "inherit", "inherit", "ipc"] });

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
