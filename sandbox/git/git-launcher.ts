/**
 * A process that starts git for another one and tells how it ended. Node copies the whole memory map of a process for
 * each child it starts, which takes a process of a gigabyte 50 ms and this one 3.
 */
import { execFile } from "node:child_process";

/** A command to run; `id` comes back with its answer. */
export interface GitCommand {
  id: number;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  input: string | Uint8Array;
  timeout_ms: number;
  outputBytesMax: number;
}

export interface GitAnswer {
  id: number;
  ended: EndedGit | Error;
}

/** How a command ended; an error instead: it did not run, took too long or said too much. */
export interface EndedGit {
  exitCode: number;
  stdout: Uint8Array;
  stderr: string;
}

const answer = (message: GitAnswer) => {
  // Without whoever asked, nobody wants to know.
  if (process.connected) process.send?.(message);
};

process.on("message", ({ id, args, cwd, env, input, timeout_ms, outputBytesMax }: GitCommand) => {
  const options = { cwd, env, timeout: timeout_ms, maxBuffer: outputBytesMax, encoding: "buffer" } as const;
  const git = execFile("git", args, options, (error, stdout, stderr) => {
    const isOver = error === null || typeof error.code === "number";
    const exitCode = Number(error?.code ?? 0);
    answer({ id, ended: isOver ? { exitCode, stdout, stderr: stderr.toString() } : error });
  });
  // Git may end without reading all of it; its exit status then says what happened.
  git.stdin?.on("error", () => undefined);
  git.stdin?.end(input);
});

// Ctrl-C in a terminal reaches every process there. Whoever asks is still to finish; this one ends when that one has.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
