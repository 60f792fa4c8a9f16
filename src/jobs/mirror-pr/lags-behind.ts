import type { PullSaid } from "../../queue/event-jobs.ts";

export interface PullVersion {
  state: "open" | "closed" | "merged";
  /** GitHub's `updated_at`; it has whole seconds. */
  updatedAt: Date;
}

/**
 * Whether GitHub's API does not show yet what its event said. A merge is final, so nothing said before it counts. A
 * claim is never more than a reason to look again: what it says is not stored.
 */
export const lagsBehind = (read: PullVersion, said: PullSaid | null): boolean => {
  if (said === null || read.state === "merged") return false;
  const said_ms = said.updated_at === null ? Number.POSITIVE_INFINITY : Date.parse(said.updated_at);
  const read_ms = read.updatedAt.getTime();
  if (said.updated_at !== null && read_ms < said_ms) return true;
  return said.state !== null && said.state !== read.state && read_ms <= said_ms;
};
