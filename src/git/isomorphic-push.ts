import { setImmediate } from "node:timers/promises";
import * as git from "isomorphic-git";
import { type LocalRepository, REMOTE } from "./isomorphic-repository.ts";
import { ZERO_OID } from "./oid.ts";
import { cleanRemoteText } from "./remote-text.ts";
import { GitError, type Oid } from "./transport.ts";

const REASON_CHARS_MAX = 2_000;

export interface RefChange {
  /** Name after `refs/heads/`. */
  branch: string;
  /** What the remote has to have, {@link ZERO_OID} for nothing. */
  from: Oid;
  /** What it is to have, {@link ZERO_OID} for nothing. */
  to: Oid;
  /** A commit the remote has, and we have too: none of its objects is sent. */
  known: Oid;
}

export type PushReport =
  | { kind: "done" }
  /** The remote's tip is not `from`, so nothing was asked of it. `tip` is {@link ZERO_OID} when there is none. */
  | { kind: "differs"; tip: Oid }
  /** The remote was asked and said no, for a rule of its own or because the ref changed a moment ago. */
  | { kind: "refused"; reason: string };

/**
 * Changes one ref of the remote from exactly `from` to `to`. `force: false` is not enough for that: isomorphic-git
 * would still push onto a branch whose tip is an ancestor, and it deletes whatever is there. So the advertised tip
 * is compared before anything is sent, and receive-pack compares it again when it takes the lock on the ref.
 */
export async function pushRef(
  repository: LocalRepository,
  remote: { url: string; http: git.HttpClient },
  change: RefChange,
): Promise<PushReport> {
  const fullRef = `refs/heads/${change.branch}`;
  const remarks = collectRemarks();
  let advertised: Oid = ZERO_OID;
  // What isomorphic-git leaves out of a push to a new branch is the tree of this ref, and without it nothing: 4.4 MB
  // instead of 446 bytes with 2,000 files. An id in place of a branch name holds also when the base has moved on.
  await git.writeRef({ ...repository, ref: `refs/remotes/${REMOTE}/HEAD`, value: change.known, force: true });
  try {
    await git.push({
      ...repository,
      ...remote,
      remote: REMOTE,
      headers: {},
      // isomorphic-git takes an object id for a local ref, also for a deletion, where it only has to be there.
      ref: change.to === ZERO_OID ? change.from : change.to,
      remoteRef: fullRef,
      delete: change.to === ZERO_OID,
      onMessage: remarks.add,
      onPrePush: ({ remoteRef }) => {
        // A remote branch called "refs/heads/…" inside refs/heads would be taken for ours.
        if (remoteRef.ref !== fullRef)
          throw new GitError("unsupported", `the remote has a ref like "${fullRef}"`);
        advertised = remoteRef.oid;
        return advertised === change.from;
      },
    });
    return { kind: "done" };
  } catch (error) {
    if (error instanceof git.Errors.UserCanceledError) return { kind: "differs", tip: advertised };
    if (!(error instanceof git.Errors.GitPushError)) throw error;
    // Messages are delivered beside the result, all from memory by now: one turn of the loop brings the last.
    await setImmediate();
    const { result } = error.data;
    const report = result.ok ? result.refs[fullRef]?.error : `unpack ${result.error}`;
    return {
      kind: "refused",
      reason: cleanRemoteText(`${remarks.text()}\n${report ?? ""}`, REASON_CHARS_MAX),
    };
  }
}

/** What the server says to the person who pushes; GitHub's GH006 and GH013 come this way. */
function collectRemarks(): { add: (line: string) => void; text: () => string } {
  let text = "";
  return {
    add: (line) => {
      if (text.length < REASON_CHARS_MAX) text += `${line.trimEnd()}\n`;
    },
    text: () => text,
  };
}
