import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A process of which everything it says is kept. */
export interface WatchedProcess {
  pid: number;
  stdin: NonNullable<ChildProcess["stdin"]>;
  /** All of it so far, byte by byte. */
  said(): { stdout: Buffer; stderr: Buffer };
  /** Waits until it has said so. @throws when it ends before, or does not say it in time */
  hasSaid(pattern: RegExp): Promise<RegExpExecArray>;
  ended: Promise<number | null>;
  /** Asks it to end, or makes it, and waits until it has. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

export interface ProcessOptions {
  name: string;
  command: string;
  args: readonly string[];
  env: Record<string, string>;
  cwd: string;
}

const SAY_TIMEOUT_MS = 30_000;
const END_TIMEOUT_MS = 30_000;

export const startWatchedProcess = async (options: ProcessOptions): Promise<WatchedProcess> => {
  const { name, command, args, env, cwd } = options;
  const child = spawn(command, args, { env, cwd, stdio: ["pipe", "pipe", "pipe"] });
  const said = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const text = () => Buffer.concat(said.stdout).toString("utf8");
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (chunk: Buffer) => said[stream].push(chunk));
  // It may be gone before it has read what it was told.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  await once(child, "spawn");

  const hasSaid = async (pattern: RegExp): Promise<RegExpExecArray> => {
    const timeout = AbortSignal.timeout(SAY_TIMEOUT_MS);
    const over = ended.then(() => "over" as const);
    for (;;) {
      const found = pattern.exec(text());
      if (found !== null) return found;
      const next = once(child.stdout, "data", { signal: timeout }).catch(() => "late" as const);
      const heard = await Promise.race([next, over]);
      if (heard === "late" || (heard === "over" && pattern.exec(text()) === null))
        throw new Error(`${name} never said ${pattern.source}: ${Buffer.concat(said.stderr)}`);
    }
  };
  return {
    pid: child.pid as number,
    stdin: child.stdin,
    said: () => ({ stdout: Buffer.concat(said.stdout), stderr: Buffer.concat(said.stderr) }),
    hasSaid,
    ended,
    end: async (signal) => {
      child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), END_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    },
  };
};
