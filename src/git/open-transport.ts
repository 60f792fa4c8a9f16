import type { ObjectCache } from "./object-cache.ts";
import { NotCapable } from "./protocol/discovery.ts";
import { GitError, type GitTransport, type OpenTransport } from "./transport.ts";
import { openV2Transport } from "./v2-transport.ts";

/**
 * Opens the transport a remote is good for: by protocol v2, and where a server can't be asked for single objects, by
 * isomorphic-git, which reads the whole tree of a commit.
 */
export const createOpenTransport =
  (cache: ObjectCache): OpenTransport =>
  (options) => {
    const first = openV2Transport(options, cache);
    let second: Promise<GitTransport> | undefined;

    const openSecond = async (): Promise<GitTransport> => {
      // Loaded where it is needed: few servers need it.
      const { openIsomorphicTransport } = await import("./isomorphic-transport.ts");
      return openIsomorphicTransport(options);
    };

    const by = async <T>(work: (transport: GitTransport) => Promise<T>): Promise<T> => {
      if (second !== undefined) return explained(work(await second));
      try {
        return await work(first);
      } catch (error) {
        if (!(error instanceof NotCapable)) throw error;
        second ??= openSecond();
        return explained(work(await second));
      }
    };

    return {
      tips: (base, branch) => by((transport) => transport.tips(base, branch)),
      readFile: (commit, path, also) => by((transport) => transport.readFile(commit, path, also)),
      build: (base, commits) => by((transport) => transport.build(base, commits)),
      createBranch: (branch, built) => by((transport) => transport.createBranch(branch, built)),
      deleteBranch: (branch, expected) => by((transport) => transport.deleteBranch(branch, expected)),
      close: async () => {
        await first.close();
        await (await second)?.close();
      },
    };
  };

/** Whoever runs the host can do something about it. */
const explained = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof GitError) || error.kind !== "too_large") throw error;
    const reason = `${error.message}; it offers no filters (uploadpack.allowFilter), so that all files have to be read`;
    throw new GitError("too_large", reason, { cause: error });
  }
};
