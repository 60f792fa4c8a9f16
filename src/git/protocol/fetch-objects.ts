import type { GitHttp } from "../git-http.ts";
import type { GitObject } from "../pack/git-object.ts";
import { PACK_LIMITS } from "../pack/pack-budget.ts";
import { type Outside, readPack } from "../pack/read-pack.ts";
import { GitError, type Oid } from "../transport.ts";
import type { Pkt } from "./pkt-line.ts";
import { readSideBand } from "./side-band.ts";
import { uploadPack } from "./upload-pack.ts";

export interface Fetch {
  /** Any objects; each of them is sent, whatever the filter. */
  wants: readonly Oid[];
  /** What is left out beyond the wanted ones (git-rev-list(1), `--filter`). */
  filter: "tree:0" | "blob:none";
  /**
   * A commit we have, and what else we know: only what differs is sent. Its trees need not all be known: what the server
   * tells as a difference to one that isn't, is left out of the answer.
   */
  have?: { commit: Oid; known: Outside } | undefined;
  /** Without the history of a wanted commit. */
  shallow?: boolean;
  answer_bytes_max: number;
}

/**
 * Fetches objects (gitprotocol-v2(5), "fetch"), in one round: what we have is said at once, and we are done.
 * @throws GitError, `protocol` also when something wanted isn't in the answer
 */
export async function fetchObjects(http: GitHttp, url: string, fetch: Fetch): Promise<Map<Oid, GitObject>> {
  const { have } = fetch;
  const args = [
    "no-progress",
    "ofs-delta",
    // For a shallow fetch git leaves out what we have only if it may also send differences to it.
    ...(have === undefined ? [] : ["thin-pack"]),
    ...(fetch.shallow ? ["deepen 1"] : []),
    `filter ${fetch.filter}`,
    ...(have === undefined ? [] : [`shallow ${have.commit}`]),
    ...fetch.wants.map((oid) => `want ${oid}`),
    ...(have === undefined ? [] : [`have ${have.commit}`]),
    "done",
  ];
  const { answer_bytes_max } = fetch;
  const answer = await uploadPack(http, url, { name: "fetch", args, answer_bytes_max });
  const objects = await readPack(readSideBand(packfile(answer)).data, PACK_LIMITS, have?.known);
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
