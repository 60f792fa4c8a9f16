/**
 * A moment at which a process may be stopped. Found by watching an undisturbed run, so that a new step of a job is covered
 * without being listed anywhere.
 */
export type Boundary =
  /** `midway`: half of the answer has arrived. */
  | { kind: "request"; name: string; nth: number; moment: "before" | "midway" | "after" }
  /** Something is made durable in the database. */
  | { kind: "commit"; name: string; nth: number; moment: "before" | "after" }
  /** The database has answered what was only read, and a write to GitHub is decided by it. */
  | { kind: "read"; name: string; nth: number; moment: "after" };

/** Such as `after POST /repos/{repository}/pulls, the 1st`. */
export const nameOf = ({ moment, name, nth, kind }: Boundary): string =>
  `${moment} ${kind === "request" ? "" : `${kind} of `}${name}${nth === 1 ? "" : ` (${nth})`}`;

/** What was seen of a run, in order. */
export interface Seen {
  requests: string[];
  /** `idle`: the process tries the same when there is nothing to do, so that before it is before nothing. */
  commits: { name: string; idle: boolean }[];
  /** `decides`: a write to GitHub came next. */
  reads: { name: string; decides: boolean }[];
}

/** Every boundary of what was seen; `nth` tells several of one name apart. */
export const boundariesOf = ({ requests, commits, reads }: Seen): Boundary[] => [
  ...numbered(requests).flatMap(({ name, nth }) =>
    (["before", "midway", "after"] as const).map((moment) => ({
      kind: "request" as const,
      name,
      nth,
      moment,
    })),
  ),
  ...numbered(commits.map(({ name }) => name)).flatMap(({ name, nth }, at) =>
    (commits[at]?.idle ? (["after"] as const) : (["before", "after"] as const)).map((moment) => ({
      kind: "commit" as const,
      name,
      nth,
      moment,
    })),
  ),
  ...numbered(reads.map(({ name }) => name)).flatMap(({ name, nth }, at) =>
    reads[at]?.decides ? [{ kind: "read" as const, name, nth, moment: "after" as const }] : [],
  ),
];

const numbered = (names: readonly string[]): { name: string; nth: number }[] => {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    return { name, nth };
  });
};
