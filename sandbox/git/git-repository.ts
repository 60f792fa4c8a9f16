import { importCommit, type NewFileCommit } from "./import-commit.ts";
import { type MergeRequest, mergeCommits } from "./merge-commits.ts";
import { type Ahead, readAhead } from "./read-ahead.ts";
import { type ChangedFile, readChanges } from "./read-changes.ts";
import { type Commit, readCommits } from "./read-commits.ts";
import { readLooseRef } from "./read-loose-ref.ts";
import { type ChangeSummary, readSummaries, readSummary } from "./read-summary.ts";
import { GitCommandError, runGit } from "./run-git.ts";

export interface GitRef {
  /** Full name, such as `refs/heads/main`. */
  name: string;
  oid: string;
  type: string;
}

export interface TreeEntry {
  mode: string;
  type: "blob" | "tree" | "commit";
  oid: string;
  /** Null for trees and submodules. */
  size: number | null;
  path: string;
}

/** What the routes and pages ask of one bare repository. Names of refs are full names unless said otherwise. */
export interface GitRepository {
  readonly dir: string;
  run(args: readonly string[]): Promise<string>;
  refs(prefix: string): Promise<GitRef[]>;
  /** Null when there is no such ref. */
  tip(ref: string): Promise<string | null>;
  /** Commit that a branch name, tag name or (abbreviated) id stands for, in this order. */
  resolveCommit(name: string): Promise<string | null>;
  objectType(oid: string): Promise<string | null>;
  /** `old` null: it must not exist; undefined: whatever it is. @returns false when `old` is not its value, or the name is no ref's. */
  updateRef(ref: string, oid: string, old?: string | null): Promise<boolean>;
  deleteRef(ref: string): Promise<boolean>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** How each of the heads stands to the base. */
  ahead(base: string, heads: readonly string[]): Promise<Map<string, Ahead>>;
  /** What changed on the way from the merge base of both to `head`, summed up. */
  summary(base: string, head: string): Promise<ChangeSummary>;
  /** The same for heads that hold all of the base. */
  summaries(base: string, heads: readonly string[]): Promise<Map<string, ChangeSummary>>;
  /** Of the heads of pull requests, those that `commit` holds all of. */
  mergedHeads(commit: string): Promise<Set<string>>;
  /** Takes a commit, with all it leads to, out of another repository of this machine. */
  fetchObject(from: string, oid: string): Promise<void>;
  /** Takes every branch of another repository of this machine. */
  fetchBranches(from: string): Promise<void>;
  /** Which branch HEAD names: the default one. */
  setHead(branch: string): Promise<void>;
  /** Commits reachable from `head` and not from `base`, oldest first; or with base null the one commit `head`. */
  commits(base: string | null, head: string): Promise<Commit[]>;
  /** Files changed on the way from the merge base of both to `head`. */
  changes(base: string, head: string): Promise<ChangedFile[]>;
  /** Files that differ between two commits or trees. */
  changedBy(before: string, after: string): Promise<ChangedFile[]>;
  /** The entry at a path; with a slash at the end the entries below it. An empty path is the root. Recursive: all below. */
  tree(commit: string, path: string, options?: { recursive: boolean }): Promise<TreeEntry[]>;
  blob(oid: string): Promise<Buffer>;
  import(commit: NewFileCommit): Promise<string>;
  /** @returns the merge's commit id, or null on a conflict. Moves no ref. */
  merge(request: MergeRequest): Promise<string | null>;
  mergesCleanly(base: string, head: string): Promise<boolean>;
}

/** @param ready is waited for before git is asked anything. */
export function createGitRepository(dir: string, ready: () => Promise<void>): GitRepository {
  const git = gitRepositoryAt(dir);
  const waiting = Object.entries(git).map(([name, member]) => {
    if (typeof member !== "function") return [name, member];
    const ask = member as (...args: unknown[]) => Promise<unknown>;
    return [name, async (...args: unknown[]) => ready().then(() => ask(...args))];
  });
  return Object.fromEntries(waiting) as GitRepository;
}

function gitRepositoryAt(dir: string): GitRepository {
  const text = async (...args: string[]): Promise<string> => (await runGit(dir, args)).toString().trimEnd();
  const tip = async (ref: string): Promise<string | null> =>
    (await readLooseRef(dir, ref)) ??
    orNull(text("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{}`));

  return {
    dir,
    run: async (args) => (await runGit(dir, args)).toString(),
    refs: async (prefix) =>
      parseRefs(await text("for-each-ref", "--format=%(refname) %(objectname) %(objecttype)", prefix)),
    tip,
    resolveCommit: async (name) => {
      if (!isPlainRefName(name)) return null;
      // GitHub lets no branch and no tag be called like a whole id.
      const isId = /^[0-9a-f]{40}$/i.test(name);
      const byName = isId ? null : ((await tip(`refs/heads/${name}`)) ?? (await tip(`refs/tags/${name}`)));
      if (byName !== null || !/^[0-9a-f]{7,40}$/i.test(name)) return byName;
      return orNull(text("rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`));
    },
    objectType: (oid) => orNull(text("cat-file", "-t", oid)),
    updateRef: async (ref, oid, old) =>
      succeeds(text("update-ref", ref, oid, ...(old === undefined ? [] : [old ?? "0".repeat(40)]))),
    deleteRef: (ref) => succeeds(text("update-ref", "-d", ref)),
    isAncestor: (ancestor, descendant) => succeeds(text("merge-base", "--is-ancestor", ancestor, descendant)),
    ahead: (base, heads) => readAhead(dir, base, heads),
    summary: (base, head) => readSummary(dir, base, head),
    summaries: (base, heads) => readSummaries(dir, base, heads),
    mergedHeads: async (commit) => {
      const heads = await text("for-each-ref", `--merged=${commit}`, "--format=%(objectname)", "refs/pull");
      return new Set(heads.split("\n"));
    },
    fetchObject: async (from, oid) => void (await text("fetch", "--quiet", "--no-tags", from, oid)),
    fetchBranches: async (from) =>
      void (await text(
        "fetch",
        "--quiet",
        "--no-tags",
        "--update-head-ok",
        from,
        "+refs/heads/*:refs/heads/*",
      )),
    setHead: async (branch) => void (await text("symbolic-ref", "HEAD", `refs/heads/${branch}`)),
    commits: (base, head) => readCommits(dir, base, head),
    changes: (base, head) => readChanges(dir, [`${base}...${head}`]),
    changedBy: (before, after) => readChanges(dir, [before, after]),
    tree: async (commit, path, { recursive } = { recursive: false }) => {
      const below = recursive ? ["-r", "-t"] : [];
      const where = path === "" ? [] : ["--", path];
      const args = ["ls-tree", "-z", "--long", "--full-tree", ...below, commit, ...where];
      return parseTree((await runGit(dir, args)).toString());
    },
    blob: (oid) => runGit(dir, ["cat-file", "blob", oid]),
    import: (commit) => importCommit(dir, commit),
    merge: (request) => mergeCommits(dir, request),
    mergesCleanly: (base, head) => succeeds(text("merge-tree", "--write-tree", base, head)),
  };
}

/** Keeps `main@{1}`, `HEAD:secret`, `a..b` and the like from being understood as more than a name. */
function isPlainRefName(name: string): boolean {
  return /^[\w./+#=@,%-]+$/.test(name) && !name.includes("..") && !name.startsWith("-");
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GitCommandError) return null;
    throw error;
  }
}

const succeeds = async (answer: Promise<unknown>): Promise<boolean> => (await orNull(answer)) !== null;

function parseRefs(text: string): GitRef[] {
  return text.split("\n").flatMap((line) => {
    const [name, oid, type] = line.split(" ");
    return name && oid && type ? [{ name, oid, type }] : [];
  });
}

function parseTree(text: string): TreeEntry[] {
  return text.split("\0").flatMap((line) => {
    const [meta, path] = line.split("\t");
    const [mode, type, oid, size] = (meta ?? "").split(/ +/);
    if (!mode || !oid || !path) return [];
    return [{ mode, type: type as TreeEntry["type"], oid, size: size === "-" ? null : Number(size), path }];
  });
}
