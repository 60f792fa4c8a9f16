import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launchGit } from "../../sandbox/git/launch-git.ts";

const GIT_OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const GIT_TIMEOUT_MS = 20_000;

/** Git without the settings of the machine or of the person who runs the tests. */
export const GIT_ENV = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "A Person",
  GIT_AUTHOR_EMAIL: "person@example.org",
  GIT_AUTHOR_DATE: "1700000000 +0100",
  GIT_COMMITTER_NAME: "A Person",
  GIT_COMMITTER_EMAIL: "person@example.org",
  GIT_COMMITTER_DATE: "1700000000 +0100",
};

/** Content of a plain file, or an entry with a mode: an executable file, a link with its target, a submodule with its commit. */
export type FileContent = string | Uint8Array | { mode: "100755" | "120000" | "160000"; content: string };

export interface RepositoryOptions {
  /** Files of the first commit on `main`; none leaves the repository empty. */
  files?: Record<string, FileContent>;
  objectFormat?: "sha1" | "sha256";
}

export interface GitRepository {
  /** Folder of the bare repository. */
  dir: string;
  /** Runs plain git in it and gives its standard output, without the last newline. */
  git(...args: string[]): Promise<string>;
  /** The same, with something on its standard input. */
  pipe(args: string[], input: string | Uint8Array): Promise<string>;
  /** Makes a commit of these files on top of `branch`, which may be new, and gives its id. */
  commit(branch: string, files: Record<string, FileContent>): Promise<string>;
  /** Installs an executable hook, a shell script. */
  hook(name: string, script: string): Promise<void>;
}

/** Makes a bare repository with git itself. */
export async function createGitRepository(
  dir: string,
  options: RepositoryOptions = {},
): Promise<GitRepository> {
  await mkdir(dir, { recursive: true });
  const git = (...args: string[]) => runGit(dir, args);
  await git(
    "init",
    "--quiet",
    "--bare",
    "--initial-branch=main",
    `--object-format=${options.objectFormat ?? "sha1"}`,
  );
  const commit = async (branch: string, files: Record<string, FileContent>) => {
    const parent = await git("for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`);
    await runGit(dir, ["fast-import", "--quiet"], importStream(branch, parent, files));
    return git("rev-parse", `refs/heads/${branch}`);
  };
  if (options.files) await commit("main", options.files);
  return {
    dir,
    git,
    pipe: (args, input) => runGit(dir, args, input),
    commit,
    hook: async (name, script) => {
      const path = join(dir, "hooks", name);
      await mkdir(join(dir, "hooks"), { recursive: true });
      await writeFile(path, `#!/bin/sh\n${script}\n`);
      await chmod(path, 0o755);
    },
  };
}

/** The stream of git-fast-import(1) for one commit: thousands of files in one process. */
function importStream(branch: string, parent: string, files: Record<string, FileContent>): Buffer {
  const parts: (string | Uint8Array)[] = [
    `commit refs/heads/${branch}\n`,
    "committer A Person <person@example.org> 1700000000 +0100\n",
    "data 5\nfiles\n",
    parent === "" ? "" : `from ${parent}\n`,
  ];
  for (const [path, file] of Object.entries(files)) {
    const isPlain = typeof file === "string" || file instanceof Uint8Array;
    const mode = isPlain ? "100644" : file.mode;
    const bytes = Buffer.from(isPlain ? file : file.content);
    if (mode === "160000") parts.push(`M 160000 ${bytes.toString()} ${path}\n`);
    else parts.push(`M ${mode} inline ${path}\ndata ${bytes.length}\n`, bytes, "\n");
  }
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

/** Runs git, and gives its standard output without the last newline. @throws with its complaint */
async function runGit(dir: string, args: string[], input: string | Uint8Array = ""): Promise<string> {
  const { exitCode, stdout, stderr } = await launchGit({
    args,
    cwd: dir,
    env: GIT_ENV,
    input,
    timeout_ms: GIT_TIMEOUT_MS,
    outputBytesMax: GIT_OUTPUT_BYTES_MAX,
  });
  if (exitCode !== 0) throw new Error(`git ${args[0]} failed: ${stderr}`);
  return Buffer.from(stdout).toString().replace(/\n$/, "");
}
