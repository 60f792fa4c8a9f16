import assert from "node:assert/strict";
import { buildCommits } from "./build-commits.ts";
import { createHttpClient } from "./http-client.ts";
import { createBranch, deleteBranch } from "./isomorphic-branches.ts";
import { asTransportError } from "./isomorphic-errors.ts";
import { createIsomorphicStore } from "./isomorphic-objects.ts";
import { branchTips, fetchCommit, type Remote } from "./isomorphic-remote.ts";
import { createLocalCopy, type LocalRepository } from "./isomorphic-repository.ts";
import { isOid } from "./oid.ts";
import { readFileAt } from "./read-file-at.ts";
import { isRepositoryPath } from "./repository-path.ts";
import { type FileAtPath, GitError, type Oid, type OpenTransport, type Tips } from "./transport.ts";

/**
 * The transport by isomorphic-git: a shallow fetch of one commit into memory, own objects on top, no work tree.
 * It works with every smart HTTP server, at a cost that grows with the number of files, because isomorphic-git
 * can neither filter a fetch nor push without reading the whole base tree.
 *
 * Requests: `tips`, `createBranch` and `deleteBranch` two each (discovery and command), `readFile` and `build` two
 * for the first use of a commit and none after that. A refused push adds two, to tell a race from a rule.
 */
export const openIsomorphicTransport: OpenTransport = (options) => {
  const address = new URL(options.url);
  assert(address.username === "" && address.password === "", "credentials do not belong in the address");
  const remote: Remote = { url: options.url, http: createHttpClient(options) };
  const local = createLocalCopy(options.url);
  const fetched = new Map<Oid, Promise<void>>();

  async function withCommit(commit: Oid): Promise<LocalRepository> {
    assert(isOid(commit), "a commit is named by 40 hex digits");
    const { repository } = await local;
    const arrival = fetched.get(commit) ?? fetchCommit(repository, remote, commit);
    fetched.set(commit, arrival);
    // A failed fetch must not be remembered: the caller may try again.
    arrival.catch(() => fetched.delete(commit));
    await arrival;
    return repository;
  }

  async function tips(base: string, branch: string): Promise<Tips> {
    const tipOf = await branchTips(remote);
    return { base: tipOf.get(base) ?? null, branch: tipOf.get(branch) ?? null };
  }

  async function readFile(commit: Oid, path: string): Promise<FileAtPath> {
    assert(isRepositoryPath(path), "the path is not one git accepts");
    return readFileAt(createIsomorphicStore(await withCommit(commit)), commit, path);
  }

  /** Runs one method: nothing starts after the end, and every error is one the interface names. */
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    if (options.signal.aborted) throw new GitError("aborted", "the work on the git remote was ended");
    try {
      return await work();
    } catch (error) {
      throw asTransportError(error);
    }
  }

  return {
    tips: (base, branch) => guarded(() => tips(base, branch)),
    readFile: (commit, path) => guarded(() => readFile(commit, path)),
    build: (base, commits) =>
      guarded(async () => buildCommits(createIsomorphicStore(await withCommit(base)), base, commits)),
    createBranch: (branch, built) =>
      guarded(async () => createBranch((await local).repository, remote, branch, built)),
    deleteBranch: (branch, expected) =>
      guarded(async () => deleteBranch((await local).repository, remote, branch, expected)),
    close: async () => {
      fetched.clear();
      (await local).discard();
    },
  };
};
