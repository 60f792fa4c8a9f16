import { commitAnswer } from "../../answers/commit.ts";
import type { PullNumbers } from "../../answers/pull.ts";
import { matchesRule } from "../../git/matches-rule.ts";
import type { Commit } from "../../git/read-commits.ts";
import type { Site } from "../../site.ts";
import { fullName, repositoryById } from "../../state/lookup.ts";
import type { PullRecord, RepositoryRecord, State } from "../../state/model.ts";
import type { Repositories } from "../../state/repositories.ts";
import type { FromGit, PayloadDraft } from "./draft-payload.ts";

/** GitHub names at most this many branches that hold a status's commit. */
const BRANCHES_MAX = 10;

export interface CompletionDeps {
  site: Site;
  state: State;
  repositories: Repositories;
  numbers(repository: RepositoryRecord, pull: PullRecord): Promise<PullNumbers>;
}

/**
 * Asks git for what a payload still lacks.
 * @returns null when the repository has been deleted meanwhile, so that nobody knows any more.
 */
export async function completePayload(deps: CompletionDeps, draft: PayloadDraft): Promise<object | null> {
  const { payload, fromGit } = draft;
  if (fromGit === null) return payload;
  try {
    return await complete(deps, payload, fromGit);
  } catch (error) {
    if (!repositoryById(deps.state, fromGit.repository.id)) return null;
    throw error;
  }
}

async function complete(deps: CompletionDeps, payload: object, fromGit: FromGit): Promise<object> {
  switch (fromGit.kind) {
    case "pull_numbers": {
      const { mergeable: _unknownYet, ...counted } = await deps.numbers(fromGit.repository, fromGit.pull);
      return extend(payload, "pull_request", counted);
    }
    case "head_commit":
      return extend(payload, "check_suite", { head_commit: headCommit(await readCommit(deps, fromGit)) });
    case "status_commit": {
      const commit = await readCommit(deps, fromGit);
      return {
        ...payload,
        commit: statusCommit(deps, fromGit.repository, commit),
        branches: await branchesWith(deps, fromGit),
      };
    }
    default:
      return fromGit satisfies never;
  }
}

function extend(payload: object, key: string, more: object): object {
  return { ...payload, [key]: { ...(payload as Record<string, object>)[key], ...more } };
}

interface Place {
  repository: RepositoryRecord;
  sha: string;
}

async function readCommit({ repositories }: CompletionDeps, { repository, sha }: Place): Promise<Commit> {
  const [commit] = await repositories.git(repository).commits(null, sha);
  if (!commit) throw new Error(`There is no commit ${sha}.`);
  return commit;
}

function headCommit({ oid, tree, message, author, committer }: Commit): object {
  const name = ({ name, email }: Commit["author"]) => ({ name, email });
  return {
    id: oid,
    tree_id: tree,
    message,
    timestamp: committer.date,
    author: name(author),
    committer: name(committer),
  };
}

function statusCommit({ site, state }: CompletionDeps, repository: RepositoryRecord, commit: Commit): object {
  const { verification, ...answer } = commitAnswer(site, state, repository, commit).commit;
  const { verified_at: _later, ...checked } = verification ?? { verified_at: null };
  return {
    ...commitAnswer(site, state, repository, commit),
    commit: { ...answer, verification: checked },
  };
}

async function branchesWith({ site, state, repositories }: CompletionDeps, { repository, sha }: Place) {
  const git = repositories.git(repository);
  const text = await git.run([
    "for-each-ref",
    "--format=%(refname:lstrip=2) %(objectname)",
    "refs/heads",
    "--contains",
    sha,
  ]);
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.slice(0, BRANCHES_MAX).map((line) => {
    const [name = "", oid = ""] = line.split(" ");
    const url = `${site.apiUrl}/repos/${fullName(state, repository)}/commits/${oid}`;
    return { name, commit: { sha: oid, url }, protected: isProtected(repository, name) };
  });
}

const isProtected = ({ branch_rule }: RepositoryRecord, branch: string): boolean =>
  branch_rule?.kind === "protected" && matchesRule(branch_rule, `refs/heads/${branch}`);
