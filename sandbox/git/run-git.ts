import { launchGit } from "./launch-git.ts";

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
export async function runGit(
  gitDir: string,
  args: readonly string[],
  { input = "" }: GitCommandOptions = {},
): Promise<Buffer> {
  const { exitCode, stderr, ...said } = await launchGit({
    args,
    cwd: gitDir,
    env: environment(gitDir),
    input,
    timeout_ms: TIMEOUT_MS,
    outputBytesMax: OUTPUT_BYTES_MAX,
  });
  const stdout = Buffer.from(said.stdout);
  if (exitCode !== 0) throw new GitCommandError(args, exitCode, stdout, stderr);
  return stdout;
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
