import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { inherited } from "../support/inherited.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

export interface RunningCommand {
  /** Address of the first page, or of the service; rejects when the process ends before it said one. */
  url: Promise<string>;
  /** What it has said so far, on both ways. */
  stdout(): string;
  stderr(): string;
  ended: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

/** A folder of its own, as a checkout's: `.env` lies in it. */
export const makeFolder = async (): Promise<{ folder: string; remove(): Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), "register-"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
};

/** What a shell's environment would be, pointing at the sandbox as at an Enterprise Server. */
export const shellFor = (sandbox: Pick<Sandbox, "host">): Record<string, string> => ({
  ...inherited,
  HOME: tmpdir(),
  GHE_HOST: sandbox.host,
  GHE_PROTOCOL: "http",
});

/** Runs one of main.ts's commands in a folder. */
export const startCommand = (
  command: "register" | "install-link" | "web",
  folder: string,
  env: Record<string, string>,
  args: string[] = [],
): RunningCommand => {
  const child = spawn(process.execPath, [MAIN, command, ...args], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  const address = Promise.withResolvers<string>();
  address.promise.catch(() => undefined);
  createInterface({ input: child.stdout }).on("line", (line) => {
    said.stdout += `${line}\n`;
    // The service tells its own in the last line of its start.
    const [url] = /http:\/\/127\.0\.0\.1:\d+[^\s"]*/.exec(line) ?? [];
    if (url !== undefined && (command !== "web" || line.includes('"msg":"ready"'))) address.resolve(url);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said.stderr += chunk.toString();
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  void ended.then((code) => address.reject(new Error(`it ended with ${code}: ${said.stderr}`)));
  return {
    url: address.promise,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    ended,
    kill: (signal) => child.kill(signal),
  };
};
