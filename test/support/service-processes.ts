import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../../src/config.ts";
import { openService, type Role } from "../../src/service.ts";
import { inherited } from "./inherited.ts";

export interface RunningService {
  webUrl: string;
  /** Health and metrics of the process that handles the jobs. */
  workerUrl: string;
  /** Every log line so far, parsed. */
  log(): Record<string, unknown>[];
  close(): Promise<void>;
}

type Environment = Record<string, string | undefined>;

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 30_000;

/** Web and worker in the test's own process. */
export const startInOneProcess = (environment: Environment): Promise<RunningService> =>
  startHere("all", environment);

/** In the test's own process. */
export const startHere = async (role: Role, environment: Environment): Promise<RunningService> => {
  const lines: string[] = [];
  const output = { write: (line: string) => lines.push(line) };
  const service = await openService(loadConfig(environment), { role, logging: { output } });
  return {
    webUrl: service.url,
    workerUrl: service.url,
    log: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    close: service.close,
  };
};

/** Web and worker as processes of their own, started as an administrator would. */
export const startInTwoProcesses = async (environment: Environment): Promise<RunningService> => {
  const [web, worker] = await Promise.all([
    startProcess("web", environment),
    startProcess("worker", environment),
  ]);
  return {
    webUrl: web.url,
    workerUrl: worker.url,
    log: () => [...web.log(), ...worker.log()],
    close: async () => {
      await Promise.all([web.stop(), worker.stop()]);
    },
  };
};

export interface ServiceProcess {
  child: ChildProcess;
  url: string;
  log(): Record<string, unknown>[];
  /** What it wrote to standard error so far, such as the warnings of Node. */
  errors(): string;
  /** Asks it to stop, and waits until it has. @returns its exit code */
  stop(): Promise<number | null>;
}

/** Starts one process of the service and waits until it is ready. */
export const startProcess = async (
  role: "web" | "worker",
  environment: Environment,
): Promise<ServiceProcess> => {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
  const child = spawn(process.execPath, [MAIN, role], {
    env: { ...inherited, HOME: process.env.HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: Record<string, unknown>[] = [];
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ready = Promise.withResolvers<string>();
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
    if (!line.startsWith("{")) return;
    const entry = JSON.parse(line) as Record<string, unknown>;
    log.push(entry);
    if (entry.msg === "ready") ready.resolve(String(entry.url));
  });
  child.once("exit", (code) =>
    ready.reject(new Error(`${role} ended with ${code} before it was ready: ${errors}`)),
  );
  const timer = setTimeout(
    () => ready.reject(new Error(`${role} was not ready in time: ${errors}`)),
    START_TIMEOUT_MS,
  );
  try {
    const url = await ready.promise;
    return { child, url, log: () => [...log], errors: () => errors, stop: () => stop(child) };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
};

const stop = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
  return child.exitCode;
};
