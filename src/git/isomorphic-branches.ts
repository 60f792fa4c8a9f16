import assert from "node:assert/strict";
import { isBranchName } from "./branch-name.ts";
import { pushRef } from "./isomorphic-push.ts";
import { branchTips, type Remote } from "./isomorphic-remote.ts";
import type { LocalRepository } from "./isomorphic-repository.ts";
import { isOid, ZERO_OID } from "./oid.ts";
import type { BuiltCommits, DeleteOutcome, Oid, PushOutcome } from "./transport.ts";

// A refusal alone does not tell a rule from a race: servers word "somebody was faster" as they like ("failed to
// update ref", "reference already exists", "cannot lock ref"). What the branch is afterwards does tell.

export async function createBranch(
  repository: LocalRepository,
  remote: Remote,
  branch: string,
  built: BuiltCommits,
): Promise<PushOutcome> {
  assert(isBranchName(branch), "not the name of a branch");
  const change = { branch, from: ZERO_OID, to: built.head, known: built.base };
  const report = await pushRef(repository, remote, change);
  switch (report.kind) {
    case "done":
      return { kind: "created" };
    case "differs":
      return { kind: "exists" };
    case "refused": {
      const tip = (await branchTips(remote)).get(branch);
      return tip === undefined ? { kind: "rejected", reason: report.reason } : { kind: "exists" };
    }
    default:
      return report satisfies never;
  }
}

export async function deleteBranch(
  repository: LocalRepository,
  remote: Remote,
  branch: string,
  expected: Oid,
): Promise<DeleteOutcome> {
  assert(isBranchName(branch), "not the name of a branch");
  assert(isOid(expected), "a commit is named by 40 hex digits");
  const change = { branch, from: expected, to: ZERO_OID, known: expected };
  const report = await pushRef(repository, remote, change);
  switch (report.kind) {
    case "done":
      return { kind: "deleted" };
    case "differs":
      return report.tip === ZERO_OID ? { kind: "absent" } : { kind: "moved", tip: report.tip };
    case "refused": {
      const tip = (await branchTips(remote)).get(branch);
      if (tip === undefined) return { kind: "absent" };
      return tip === expected ? { kind: "rejected", reason: report.reason } : { kind: "moved", tip };
    }
    default:
      return report satisfies never;
  }
}
