import { LRUCache } from "lru-cache";
import type { GitObject } from "./pack/git-object.ts";
import type { Oid } from "./transport.ts";

/** All repositories together. */
const CACHE_BYTES_MAX = 16 * 1024 * 1024;
/** A larger file is read again: it would push out the trees of a hundred repositories. */
const OBJECT_BYTES_MAX = 1024 * 1024;
const REPOSITORIES_MAX = 10_000;
/** Whoever allows filters on a server need not restart this service. */
const INCAPABLE_MS = 3_600_000;
/** What an entry costs beside its content. */
const ENTRY_BYTES = 256;

/**
 * Objects that were read lately, so that a repository seen before need not be walked again. An object never changes
 * under its id; whether the remote still has it is another question. Each repository has its own: what one was found to hold says nothing
 * about another.
 */
export interface ObjectCache {
  repository(url: string): RepositoryCache;
}

export interface RepositoryCache {
  get(oid: Oid): GitObject | undefined;
  add(oid: Oid, object: GitObject): void;
  /** Whether the server was found to speak what is needed. */
  isCapable(): boolean;
  setCapable(): void;
  /** Why it was found not to, an hour ago at most; undefined: it was not. */
  incapableFor(): string | undefined;
  setIncapable(reason: string): void;
  /** The commit that was walked last: the server need only send what differs from it. */
  lastCommit(): Oid | undefined;
  setLastCommit(commit: Oid | undefined): void;
}

export const createObjectCache = (bytes_max = CACHE_BYTES_MAX): ObjectCache => {
  const objects = new LRUCache<string, GitObject>({
    maxSize: bytes_max,
    maxEntrySize: OBJECT_BYTES_MAX,
    sizeCalculation: ({ data }) => data.length + ENTRY_BYTES,
  });
  const repositories = new LRUCache<string, { lastCommit?: Oid | undefined }>({ max: REPOSITORIES_MAX });
  const incapable = new LRUCache<string, string>({ max: REPOSITORIES_MAX, ttl: INCAPABLE_MS });
  return {
    repository: (url) => {
      const key = (oid: Oid) => `${url} ${oid}`;
      return {
        get: (oid) => objects.get(key(oid)),
        // A view of a pack would keep all of it.
        add: (oid, { type, data }) => void objects.set(key(oid), { type, data: Buffer.from(data) }),
        isCapable: () => repositories.get(url) !== undefined,
        setCapable: () => void (repositories.get(url) ?? repositories.set(url, {})),
        incapableFor: () => incapable.get(url),
        setIncapable: (reason) => void incapable.set(url, reason),
        lastCommit: () => repositories.get(url)?.lastCommit,
        setLastCommit: (lastCommit) => void repositories.set(url, { lastCommit }),
      };
    },
  };
};
