import { runGit } from "./run-git.ts";

/** GitHub lists at most 250 commits of a pull request. */
const COMMITS_MAX = 250;

export interface Signature {
  name: string;
  email: string;
  /** ISO 8601, UTC. */
  date: string;
}

export interface Commit {
  oid: string;
  tree: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  message: string;
}

const FIELDS = ["%H", "%T", "%P", "%an", "%ae", "%at", "%cn", "%ce", "%ct", "%B"];

/** Commits reachable from `head` and not from `base`, oldest first; with `base` null the commit `head` alone. */
export async function readCommits(dir: string, base: string | null, head: string): Promise<Commit[]> {
  const range = base === null ? ["--max-count=1", head] : [`--max-count=${COMMITS_MAX}`, `${base}..${head}`];
  const args = [
    "log",
    "--reverse",
    "--topo-order",
    `--format=tformat:${FIELDS.map((f) => `${f}%x00`).join("")}`,
    ...range,
  ];
  const values = (await runGit(dir, args)).toString().split("\0");

  const commits: Commit[] = [];
  for (let at = 0; at + FIELDS.length <= values.length; at += FIELDS.length) {
    commits.push(parseCommit(values.slice(at, at + FIELDS.length)));
  }
  return commits;
}

function parseCommit(values: string[]): Commit {
  const [oid = "", tree = "", parents = "", authorName = "", authorEmail = "", authored = "", ...rest] =
    values;
  const [committerName = "", committerEmail = "", committed = "", message = ""] = rest;
  return {
    oid: oid.trimStart(), // Each record but the first begins with the line end of the one before.
    tree,
    parents: parents === "" ? [] : parents.split(" "),
    author: { name: authorName, email: authorEmail, date: isoDate(authored) },
    committer: { name: committerName, email: committerEmail, date: isoDate(committed) },
    message: message.replace(/\n$/, ""),
  };
}

const isoDate = (seconds: string): string =>
  new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z");
