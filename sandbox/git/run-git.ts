import { execFile } from "node:child_process";

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const TIMEOUT_MS = 120_000;

/** A git command that ended with a status other than 0. */
export class GitCommandError extends Error {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;

  constructor(args: readonly string[], exitCode: number, stdout: Buffer, stderr: string) {
    super(`git ${args[0]} ended with status ${exitCode}: ${stderr.trim()}`);
    this.name = "GitCommandError";
    this.exitCode = exitCode;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

export interface GitCommandOptions {
  input?: string | Uint8Array;
}

/**
 * Runs git in a bare repository. The machine's own git settings and this process's environment stay outside, so that
 * the result is the same everywhere and no secret of ours reaches a hook.
 * @throws GitCommandError
 */
export function runGit(
  gitDir: string,
  args: readonly string[],
  options: GitCommandOptions = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "git",
      args,
      {
        cwd: gitDir,
        encoding: "buffer",
        maxBuffer: OUTPUT_BYTES_MAX,
        timeout: TIMEOUT_MS,
        env: environment(gitDir),
      },
      (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else if (typeof error.code !== "number") reject(error);
        else reject(new GitCommandError(args, error.code, stdout, stderr.toString()));
      },
    );
    // Git may end without reading all of it; its exit status then says what happened.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input ?? "");
  });
}

function environment(gitDir: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    GIT_DIR: gitDir,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    // A path is a path, also when it looks like a pattern.
    GIT_LITERAL_PATHSPECS: "1",
    // For commits somebody makes by hand; those of people and of the bot bring their own.
    GIT_AUTHOR_NAME: "Sandbox",
    GIT_AUTHOR_EMAIL: "sandbox@example.com",
    GIT_COMMITTER_NAME: "Sandbox",
    GIT_COMMITTER_EMAIL: "sandbox@example.com",
    LC_ALL: "C",
  };
}
