import type { GitHttp } from "../git-http.ts";
import { GitError, type Oid } from "../transport.ts";
import { uploadPack } from "./upload-pack.ts";

/** A name's prefix may fit many refs, such as `main` and all of `main-…`. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
/** An id, the name, and perhaps attributes nobody asked for. A name holds any bytes but ASCII's spaces and controls. */
const LINE = /^([0-9a-f]{40}) ([^ \n]+)(?: [^\n]*)?\n?$/;

/**
 * The tips of these refs, out of one answer (gitprotocol-v2(5), "ls-refs"). The server tells of refs that begin like
 * one of them; the others are left out. Names are compared as bytes: two that look alike are two branches.
 * @param refs full names, such as `refs/heads/main`
 */
export async function lsRefs(http: GitHttp, url: string, refs: readonly string[]): Promise<Map<string, Oid>> {
  const args = refs.map((ref) => `ref-prefix ${ref}`);
  const answer = await uploadPack(http, url, { name: "ls-refs", args, answer_bytes_max: ANSWER_BYTES_MAX });
  const wanted = new Map(refs.map((ref) => [Buffer.from(ref).toString("latin1"), ref]));
  const tips = new Map<string, Oid>();
  for (const each of answer) {
    if (each.kind !== "data") continue;
    const [, oid, name] = LINE.exec(each.data.toString("latin1")) ?? [];
    if (oid === undefined || name === undefined) {
      throw new GitError("protocol", "the git remote's list of branches made no sense");
    }
    const ref = wanted.get(name);
    if (ref !== undefined) tips.set(ref, oid);
  }
  return tips;
}
