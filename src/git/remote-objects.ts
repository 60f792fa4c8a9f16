import type { GitHttp } from "./git-http.ts";
import type { RepositoryCache } from "./object-cache.ts";
import { type ObjectStore, readTree, treeOf } from "./object-store.ts";
import type { GitObject } from "./pack/git-object.ts";
import { type Fetch, fetchObjects } from "./protocol/fetch-objects.ts";
import { GitError, type GitErrorKind, type Oid } from "./transport.ts";
import { entryKind, findEntry } from "./tree.ts";

/** Trees of one level of a path, or one file. A tree of 100,000 entries takes some 4 MiB. */
const OBJECTS_BYTES_MAX = 64 * 1024 * 1024;
/** Above it, what differs from the last commit is more than the way of one path. */
const DIFFERENCE_BYTES_MAX = 4 * 1024 * 1024;

/** What one hard request may run into, and easier ones need not. */
const AVOIDABLE: ReadonlySet<GitErrorKind> = new Set(["too_large", "protocol", "server", "unreachable"]);

export interface WantedPath {
  path: string;
  /** Whether what lies there is wanted too, and not only the folders on the way. */
  withFile: boolean;
}

/** Objects of one remote repository, for the time of one job; what it has not got is fetched. */
export interface RemoteObjects extends Pick<ObjectStore, "read"> {
  get(oid: Oid): GitObject | undefined;
  /** Fetches the commit and the ways to these paths: one request for each level that is missing. */
  load(commit: Oid, paths: readonly WantedPath[]): Promise<void>;
}

interface Step {
  oid: Oid;
  /** What of the paths is below it; empty for a file. */
  below: { segments: string[]; withFile: boolean }[];
}

export const createRemoteObjects = (http: GitHttp, url: string, cache: RepositoryCache): RemoteObjects => {
  // What a job has seen stays for its time, whatever the cache lets go of.
  const seen = new Map<Oid, GitObject>();

  const get = (oid: Oid): GitObject | undefined => {
    const object = seen.get(oid) ?? cache.get(oid);
    if (object !== undefined) seen.set(oid, object);
    return object;
  };

  const fetch = async (what: Fetch): Promise<void> => {
    for (const [oid, object] of await fetchObjects(http, url, what)) seen.set(oid, object);
  };

  /** Objects on a way are what the next job needs as well. */
  const need = async (oids: readonly Oid[]): Promise<void> => {
    const wants = [...new Set(oids)].filter((oid) => get(oid) === undefined);
    if (wants.length > 0) await fetch({ wants, filter: "tree:0", answer_bytes_max: OBJECTS_BYTES_MAX });
    for (const oid of oids) remember(oid);
  };

  const remember = (oid: Oid): void => {
    const object = seen.get(oid);
    if (object !== undefined && cache.get(oid) === undefined) cache.add(oid, object);
  };

  const needCommit = async (commit: Oid): Promise<void> => {
    if (get(commit) === undefined && !(await fetchDifference(commit))) {
      const answer_bytes_max = OBJECTS_BYTES_MAX;
      await fetch({ wants: [commit], filter: "tree:0", shallow: true, answer_bytes_max });
    }
    remember(commit);
  };

  /** A base that has moved differs in few trees from what we know, and one request brings them all. */
  const fetchDifference = async (commit: Oid): Promise<boolean> => {
    const last = cache.lastCommit();
    if (last === undefined || get(last) === undefined) return false;
    try {
      const answer_bytes_max = DIFFERENCE_BYTES_MAX;
      const have = { commit: last, known: get };
      await fetch({ wants: [commit], have, filter: "blob:none", shallow: true, answer_bytes_max });
      return true;
    } catch (error) {
      // Too much has changed, or the server can't tell what: level by level it still works, now and for the next job.
      if (!(error instanceof GitError) || !AVOIDABLE.has(error.kind)) throw error;
      cache.setLastCommit(undefined);
      return false;
    }
  };

  const read: ObjectStore["read"] = async (oid, type) => {
    if (get(oid) === undefined) await need([oid]);
    const object = get(oid);
    if (object?.type !== type) {
      throw new GitError("protocol", `object ${oid} is not the ${type} it is said to be`);
    }
    return object.data;
  };

  const stepsBelow = async ({ oid, below }: Step): Promise<Step[]> => {
    if (below.length === 0) return [];
    const entries = await readTree({ read }, oid);
    const names = Map.groupBy(below, ({ segments }) => segments[0] ?? "");
    return [...names].flatMap(([name, paths]) => {
      const entry = findEntry(entries, name);
      if (entry === undefined) return [];
      const rest = paths.map(({ segments, withFile }) => ({ segments: segments.slice(1), withFile }));
      const deeper = rest.filter(({ segments }) => segments.length > 0);
      const kind = entryKind(entry);
      if (kind === "directory" && deeper.length > 0) return [{ oid: entry.oid, below: deeper }];
      const isWanted = rest.some(({ segments, withFile }) => segments.length === 0 && withFile);
      return kind === "file" && isWanted ? [{ oid: entry.oid, below: [] }] : [];
    });
  };

  const load = async (commit: Oid, paths: readonly WantedPath[]): Promise<void> => {
    await needCommit(commit);
    const below = paths.map(({ path, withFile }) => ({ segments: path.split("/"), withFile }));
    let level: Step[] = [{ oid: await treeOf({ read }, commit), below }];
    while (level.length > 0) {
      await need(level.map(({ oid }) => oid));
      level = (await Promise.all(level.map(stepsBelow))).flat();
    }
    cache.setLastCommit(commit);
  };

  return { get, read, load };
};
