import { readFile } from "node:fs/promises";
import { join } from "node:path";

const OID = /^[0-9a-f]{40}$/;

/**
 * The commit a branch or a pull request's head is at, read from its own file as git does
 * (https://git-scm.com/docs/gitrepository-layout): most requests ask for one, and a process for each would cost more
 * than all the rest of the answer.
 * @returns null for git to be asked: a ref that is packed, symbolic, missing, or may name a tag object
 */
export const readLooseRef = async (dir: string, ref: string): Promise<string | null> => {
  if (!/^refs\/(?:heads|pull)\//.test(ref) || ref.includes("..")) return null;
  try {
    const oid = (await readFile(join(dir, ref), "utf8")).trimEnd();
    return OID.test(oid) ? oid : null;
  } catch {
    return null;
  }
};
