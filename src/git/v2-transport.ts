import assert, { AssertionError } from "node:assert/strict";
import { isBranchName } from "./branch-name.ts";
import { buildCommits } from "./build-commits.ts";
import { AuthorizationFailed, createGitHttp } from "./git-http.ts";
import { createObjectCache, type ObjectCache } from "./object-cache.ts";
import { isOid, ZERO_OID } from "./oid.ts";
import { type GitObject, objectId } from "./pack/git-object.ts";
import { writePack } from "./pack/write-pack.ts";
import { discover, NotCapable } from "./protocol/discovery.ts";
import { lsRefs } from "./protocol/ls-refs.ts";
import { receivePack } from "./protocol/receive-pack.ts";
import { readFileAt } from "./read-file-at.ts";
import { createRemoteObjects } from "./remote-objects.ts";
import { isRepositoryPath } from "./repository-path.ts";
import {
  type BuiltCommits,
  type DeleteOutcome,
  type FileAtPath,
  GitError,
  type GitTransport,
  type NewCommit,
  type Oid,
  type PushOutcome,
  type Tips,
  type TransportOptions,
} from "./transport.ts";

const refOf = (branch: string): string => {
  assert(isBranchName(branch), "not the name of a branch");
  return `refs/heads/${branch}`;
};

/**
 * The transport by git's protocol v2 and partial fetches: only the commit, the trees on a path and the one file are
 * read, and only new objects are sent, whatever the repository's size.
 *
 * Requests: one to ask what the server speaks, the first time; `tips` and `createBranch` one each; `readFile` one for
 * each level of the path, none for what the cache holds, one in all where the base has moved since; `deleteBranch` two.
 * A refused push adds one, to tell a race from a rule. Every method but `createBranch`, which needs one of the others
 * first, may throw {@link NotCapable}, before it writes.
 */
export const openV2Transport = (
  options: TransportOptions,
  cache: ObjectCache = createObjectCache(),
): GitTransport => {
  const address = new URL(options.url);
  assert(address.username === "" && address.password === "", "credentials do not belong in the address");
  const { url } = options;
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const http = createGitHttp({ ...options, signal });
  const known = cache.repository(url);
  const objects = createRemoteObjects(http, url, known);
  const packed = new Map<Oid, ReadonlyMap<Oid, GitObject>>();

  const capable = async (): Promise<void> => {
    if (known.isCapable()) return;
    try {
      await discover(http, url);
      known.setCapable();
    } catch (error) {
      if (error instanceof NotCapable) known.setIncapable(error.message);
      throw error;
    }
  };

  /** Before anything is asked: a server known to speak something else is not asked again for a while. */
  const refuseIncapable = (): void => {
    const reason = known.incapableFor();
    if (reason !== undefined) throw new NotCapable(reason);
  };

  const tips = async (base: string, branch: string): Promise<Tips> => {
    const [baseRef, branchRef] = [refOf(base), refOf(branch)];
    // Side by side the first time, too: what a server answers that speaks something else is thrown away.
    const asked = lsRefs(http, url, [baseRef, branchRef]);
    asked.catch(() => undefined);
    await capable();
    const tipOf = await asked;
    return { base: tipOf.get(baseRef) ?? null, branch: tipOf.get(branchRef) ?? null };
  };

  const tipOf = async (ref: string): Promise<Oid | null> => (await lsRefs(http, url, [ref])).get(ref) ?? null;

  const readFile = async (commit: Oid, path: string, also: readonly string[] = []): Promise<FileAtPath> => {
    assert(isOid(commit), "a commit is named by 40 hex digits");
    for (const each of [path, ...also]) assert(isRepositoryPath(each), "the path is not one git accepts");
    await capable();
    const folders = also.map((each) => ({ path: each, withFile: false }));
    await objects.load(commit, [{ path, withFile: true }, ...folders]);
    return readFileAt(objects, commit, path);
  };

  const build = async (base: Oid, commits: NewCommit[]): Promise<BuiltCommits> => {
    await capable();
    const paths = commits.flatMap(({ files }) => files.map(({ path }) => ({ path, withFile: false })));
    await objects.load(base, paths);
    const made = new Map<Oid, GitObject>();
    const store: Parameters<typeof buildCommits>[0] = {
      read: async (oid, type) => made.get(oid)?.data ?? objects.read(oid, type),
      write: async (type, content) => {
        const object = { type, data: Buffer.from(content) };
        const oid = objectId(object);
        // Sent whether or not we have met it: the remote may have lost what we remember.
        made.set(oid, object);
        return oid;
      },
    };
    const built = await buildCommits(store, base, commits);
    packed.set(built.head, made);
    return built;
  };

  // A refusal alone does not tell a rule from a race: servers word "somebody was faster" as they like ("failed to
  // update ref", "reference already exists", "cannot lock ref"). What the branch is afterwards does tell.

  const createBranch = async (branch: string, built: BuiltCommits): Promise<PushOutcome> => {
    const ref = refOf(branch);
    const made = packed.get(built.head);
    assert(made !== undefined, "only what this transport has built can be pushed");
    const report = await receivePack(http, url, {
      ref,
      from: ZERO_OID,
      to: built.head,
      pack: await writePack([...made.values()]),
    });
    if (report.kind === "done") {
      // Once it is merged, the base holds them.
      for (const [oid, object] of made) known.add(oid, object);
      return { kind: "created" };
    }
    return (await tipOf(ref)) === null ? { kind: "rejected", reason: report.reason } : { kind: "exists" };
  };

  const deleteBranch = async (branch: string, expected: Oid): Promise<DeleteOutcome> => {
    const ref = refOf(branch);
    assert(isOid(expected), "a commit is named by 40 hex digits");
    await capable();
    // receive-pack compares only ids it has objects for: one it never had would delete whatever is there.
    const before = await tipOf(ref);
    if (before === null) return { kind: "absent" };
    if (before !== expected) return { kind: "moved", tip: before };
    const report = await receivePack(http, url, { ref, from: expected, to: ZERO_OID, pack: null });
    if (report.kind === "done") return { kind: "deleted" };
    const tip = await tipOf(ref);
    if (tip === null) return { kind: "absent" };
    return tip === expected ? { kind: "rejected", reason: report.reason } : { kind: "moved", tip };
  };

  /** Runs one method: nothing starts after the end, and every error is one the interface names. */
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    refuseIncapable();
    if (signal.aborted) throw new GitError("aborted", "the work on the git remote was ended");
    try {
      return await work();
    } catch (error) {
      if (error instanceof AuthorizationFailed) throw error.cause;
      if (error instanceof GitError || error instanceof AssertionError || error instanceof NotCapable)
        throw error;
      throw new GitError("protocol", "the git remote's answer made no sense", { cause: error });
    }
  };

  return {
    tips: (base, branch) => guarded(() => tips(base, branch)),
    readFile: (commit, path, also) => guarded(() => readFile(commit, path, also)),
    build: (base, commits) => guarded(() => build(base, commits)),
    createBranch: (branch, built) => guarded(() => createBranch(branch, built)),
    deleteBranch: (branch, expected) => guarded(() => deleteBranch(branch, expected)),
    close: async () => {
      // A look may still be on its way whose answer nobody waits for.
      closing.abort(new GitError("aborted", "the transport was closed"));
      packed.clear();
    },
  };
};
