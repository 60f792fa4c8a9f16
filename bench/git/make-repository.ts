import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { runGit } from "./run-git.ts";

/** What a job changes. */
export const PARAMS_PATH = "clusters/products/x.params.json";
export const BASE_BRANCH = "main";

const LINES_PER_FILE = 75;
const FILES_PER_FOLDER = 4;
const FOLDERS_PER_FOLDER = 100;
/** Other clusters beside the one on the path, so that its folder is not alone. */
const CLUSTERS = 10;
const WHO = "bench <bench@example.com> 1790000000 +0000";

/**
 * A bare repository of so many files, packed as a host keeps it. What isn't a cluster's lies below `data`, a few files
 * in each folder: the folders on a job's path hold few entries at any size.
 */
export const makeRepository = async (folder: string, files: number): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await runGit(folder, ["init", "--quiet", "--bare", `--initial-branch=${BASE_BRANCH}`, "."]);
  const settings = { "http.receivepack": "true", "uploadpack.allowAnySHA1InWant": "true" };
  for (const [key, value] of Object.entries(settings)) await runGit(folder, ["config", key, value]);
  await importStream(folder, firstCommit(files));
  await runGit(folder, ["gc", "--quiet"]);
};

/** Somebody else's commit, to a file that no job touches. */
export const moveBase = (folder: string): Promise<void> =>
  importStream(folder, [
    commitHead("Change a file"),
    `from refs/heads/${BASE_BRANCH}^0\n`,
    fileLine("README.md", `${randomUUID()}\n`),
    "\n",
  ]);

function* firstCommit(files: number): Generator<string> {
  yield commitHead("Add the files");
  yield fileLine(PARAMS_PATH, `{\n  "title_boost": 2.0,\n  "tie_breaker": 0.3\n}\n`);
  for (let at = 1; at < files; at++) yield fileLine(pathOf(at - 1), contentOf(at));
  yield "\n";
}

const pathOf = (at: number): string => {
  if (at < CLUSTERS) return `clusters/c-${at}/x.params.json`;
  const name = (part: number) => String(part).padStart(3, "0");
  const left = at - CLUSTERS;
  const folder = Math.floor(left / FILES_PER_FOLDER);
  const outer = Math.floor(folder / FOLDERS_PER_FOLDER);
  return `data/${name(outer)}/${name(folder % FOLDERS_PER_FOLDER)}/${left % FILES_PER_FOLDER}.json`;
};

/** Some 3 KB, as much as a file of weights has, and different in each file. */
const contentOf = (at: number): string => {
  const digits = createHash("shake256", { outputLength: LINES_PER_FILE * 8 })
    .update(`${at}`)
    .digest("hex");
  const lines = Array.from({ length: LINES_PER_FILE }, (_, line) => {
    const own = digits.slice(line * 16, (line + 1) * 16);
    return `  "product_${own.slice(0, 8)}_boost": 0.${Number.parseInt(own.slice(8), 16)}`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
};

const commitHead = (message: string): string =>
  `commit refs/heads/${BASE_BRANCH}\ncommitter ${WHO}\ndata ${message.length}\n${message}\n`;

const fileLine = (path: string, content: string): string =>
  `M 100644 inline ${path}\ndata ${content.length}\n${content}\n`;

const importStream = async (folder: string, stream: Iterable<string>): Promise<void> => {
  const git = spawn("git", ["fast-import", "--quiet"], { cwd: folder, stdio: ["pipe", "ignore", "inherit"] });
  const ended = once(git, "exit");
  for (const part of stream) if (!git.stdin.write(part)) await once(git.stdin, "drain");
  git.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
};
