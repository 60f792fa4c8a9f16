import type { GitHttp } from "../git-http.ts";
import type { GitObject } from "../pack/git-object.ts";
import { readPack } from "../pack/read-pack.ts";
import { GitError, type Oid } from "../transport.ts";
import type { Pkt } from "./pkt-line.ts";
import { readSideBand } from "./side-band.ts";
import { uploadPack } from "./upload-pack.ts";

export interface Fetch {
  /** Any objects; each of them is sent, whatever the filter. */
  wants: readonly Oid[];
  /** What is left out beyond the wanted ones (git-rev-list(1), `--filter`). */
  filter: "tree:0" | "blob:none";
  /** A commit we have, with its trees: only what differs is sent. */
  have?: Oid | undefined;
  /** Without the history of a wanted commit. */
  shallow?: boolean;
  answer_bytes_max: number;
}

/**
 * Fetches objects (gitprotocol-v2(5), "fetch"), in one round: what we have is said at once, and we are done.
 * @throws GitError, `protocol` also when something wanted isn't in the answer
 */
export async function fetchObjects(http: GitHttp, url: string, fetch: Fetch): Promise<Map<Oid, GitObject>> {
  const args = [
    "no-progress",
    "ofs-delta",
    ...(fetch.shallow ? ["deepen 1"] : []),
    `filter ${fetch.filter}`,
    ...(fetch.have === undefined ? [] : [`shallow ${fetch.have}`]),
    ...fetch.wants.map((oid) => `want ${oid}`),
    ...(fetch.have === undefined ? [] : [`have ${fetch.have}`]),
    "done",
  ];
  const { answer_bytes_max } = fetch;
  const answer = await uploadPack(http, url, { name: "fetch", args, answer_bytes_max });
  const objects = await readPack(readSideBand(packfile(answer)).data);
  for (const oid of fetch.wants) {
    if (!objects.has(oid)) throw new GitError("protocol", `the git remote did not send ${oid}`);
  }
  return objects;
}

/** The answer has sections with a title each; ours is the last one, and the only one with a side-band. */
function* packfile(answer: Iterable<Pkt>): Generator<Pkt> {
  let title: string | null = null;
  for (const each of answer) {
    if (each.kind === "delim") title = null;
    else if (title === "packfile") yield each;
    else if (each.kind === "data") title ??= each.data.toString("utf8").trimEnd();
  }
  if (title !== "packfile") throw new GitError("protocol", "the git remote's answer holds no pack");
}
