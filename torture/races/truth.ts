import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CheckRunRecord, CommentRecord, PullRecord, State } from "../../sandbox/state/model.ts";
import type { HeadRow } from "../../src/db/heads-store.ts";
import type { ProposalRow } from "../../src/db/proposals-store.ts";
import type { TestService } from "../../test/support/start-service.ts";
import type { Stage } from "./stage.ts";

/** Of one pull request so many commits are looked through for the one it was opened with. */
const COMMITS_MAX = 10_000;

/** A repository as it is in the end: on GitHub, and in our tables. */
export interface RepositoryTruth {
  id: number;
  fullName: string;
  /** Lower-cased names it once had. */
  formerNames: readonly string[];
  configRepoId: string;
  lastMergedProposalId: string | null;
  /** Tips of all branches. */
  branches: ReadonlyMap<string, string>;
  pulls: readonly PullRecord[];
  comments: readonly CommentRecord[];
  checkRuns: readonly CheckRunRecord[];
  /** Everything that can be reached from a branch or the head of a pull request, newest first. */
  historyOf(ref: string): Promise<readonly string[]>;
}

/** What is the case when everything has come to rest. */
export interface Truth {
  repositories: readonly RepositoryTruth[];
  proposals: readonly ProposalRow[];
  heads: readonly HeadRow[];
  /** By proposal: the head as it is mirrored. */
  mirroredHeads: ReadonlyMap<string, string | null>;
  /** Ids of our app and of its bot on GitHub. */
  appId: number;
  botId: number;
}

export const readTruth = async (
  { db, sandbox, dataDir }: Pick<TestService, "db" | "sandbox" | "dataDir">,
  stage: Pick<Stage, "repositories" | "cast">,
): Promise<Truth> => {
  // It compares pull requests with their branches first.
  for (const { id } of stage.repositories) await sandbox.pulls(id);
  const state = JSON.parse(await readFile(join(dataDir, "sandbox", "state.json"), "utf8")) as State;
  const ids = stage.cast.map(({ id }) => id);
  const configRepos = await db.selectFrom("config_repos").selectAll().execute();
  const repositories = await Promise.all(
    stage.repositories.map(async ({ id, configRepoId }): Promise<RepositoryTruth> => {
      const here = ({ repository_id }: { repository_id: number }) => repository_id === id;
      return {
        id,
        configRepoId,
        fullName: sandbox.repository(id).full_name,
        formerNames: state.repositories.find((one) => one.id === id)?.former_names ?? [],
        lastMergedProposalId:
          configRepos.find((row) => row.id === configRepoId)?.last_merged_proposal_id ?? null,
        branches: await branchesOf(sandbox, id),
        pulls: state.pulls.filter(here),
        comments: state.comments.filter(here),
        checkRuns: state.check_runs.filter(here),
        historyOf: async (ref) =>
          (await sandbox.git(id, "rev-list", `--max-count=${COMMITS_MAX}`, ref)).trim().split("\n"),
      };
    }),
  );
  const of = <T extends { proposal_id: string }>(rows: T[]) =>
    rows.filter((row) => ids.includes(row.proposal_id));
  const mirrors = of(await db.selectFrom("pull_mirrors").selectAll().execute());
  return {
    repositories,
    proposals: (await db.selectFrom("proposals").selectAll().execute()).filter(({ id }) => ids.includes(id)),
    heads: of(await db.selectFrom("proposal_heads").selectAll().execute()),
    mirroredHeads: new Map(mirrors.map(({ proposal_id, head_sha }) => [proposal_id, head_sha])),
    appId: state.app.id,
    botId: state.app.bot_id,
  };
};

const branchesOf = async (sandbox: TestService["sandbox"], id: number): Promise<Map<string, string>> => {
  const format = "--format=%(objectname) %(refname:lstrip=2)";
  const lines = (await sandbox.git(id, "for-each-ref", format, "refs/heads")).trim().split("\n");
  return new Map(
    lines.filter(Boolean).map((line): [string, string] => {
      const end = line.indexOf(" ");
      return [line.slice(end + 1), line.slice(0, end)];
    }),
  );
};
