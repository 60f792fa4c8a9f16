import * as git from "isomorphic-git";
import { type LocalRepository, REMOTE } from "./isomorphic-repository.ts";
import { isOid } from "./oid.ts";
import { GitError, type Oid } from "./transport.ts";

export interface Remote {
  url: string;
  http: git.HttpClient;
}

const BRANCH_PREFIX = "refs/heads/";

/** Tips of all branches, from one answer of ls-refs (protocol v2, so that tags and pull requests stay away). */
export async function branchTips(remote: Remote): Promise<Map<string, Oid>> {
  const refs = await git.listServerRefs({
    ...remote,
    prefix: BRANCH_PREFIX,
    protocolVersion: 2,
    headers: {},
  });
  for (const { oid } of refs) {
    if (!isOid(oid)) throw new GitError("protocol", "the git remote's list of branches made no sense");
  }
  return new Map(refs.map(({ ref, oid }) => [ref.slice(BRANCH_PREFIX.length), oid]));
}

/** Brings the commit, its trees and its files, without its history. */
export async function fetchCommit(repository: LocalRepository, remote: Remote, commit: Oid): Promise<void> {
  await git.fetch({
    ...repository,
    ...remote,
    remote: REMOTE,
    ref: commit,
    depth: 1,
    singleBranch: true,
    tags: false,
    headers: {},
  });
}
