import type { Selectable } from "kysely";
import { v7 as uuidv7 } from "uuid";
import type { ConfigDiff } from "../proposals/config-diff.ts";
import type { Executor } from "./connect.ts";
import { type Page, type PageRequest, readPage } from "./pages.ts";
import type { MetricDelta, ProposalStatus, ProposalsTable } from "./schema.ts";

export type ProposalRow = Selectable<ProposalsTable>;

export interface NewProposal {
  /** Made here when it is not given (PUT gives it). */
  id?: string;
  study_id: string | null;
  study_trial_id: string | null;
  cluster_id: string;
  template_id: string;
  config_diff: ConfigDiff;
  metric_delta: Record<string, MetricDelta> | null;
}

/** @throws a unique violation of `proposals_pkey` or `proposals_one_live_per_study`, foreign key violations. */
export const insertProposal = (db: Executor, proposal: NewProposal): Promise<ProposalRow> =>
  db
    .insertInto("proposals")
    .values({
      id: proposal.id ?? uuidv7(),
      study_id: proposal.study_id,
      study_trial_id: proposal.study_trial_id,
      cluster_id: proposal.cluster_id,
      template_id: proposal.template_id,
      config_diff: JSON.stringify(proposal.config_diff),
      metric_delta: proposal.metric_delta === null ? null : JSON.stringify(proposal.metric_delta),
    })
    .returningAll()
    .executeTakeFirstOrThrow();

export const findProposal = (db: Executor, id: string): Promise<ProposalRow | undefined> =>
  db.selectFrom("proposals").selectAll().where("id", "=", id).executeTakeFirst();

/** The pending or opened proposal of a study: at most one, by a partial unique index. */
export const findLiveProposalOfStudy = (db: Executor, studyId: string): Promise<ProposalRow | undefined> =>
  db
    .selectFrom("proposals")
    .selectAll()
    .where("study_id", "=", studyId)
    .where("status", "in", ["pending", "pr_opened"])
    .executeTakeFirst();

export interface ProposalFilter {
  status?: ProposalStatus | undefined;
  cluster_id?: string | undefined;
  source?: "study" | "manual" | undefined;
}

export const listProposals = async (
  db: Executor,
  filter: ProposalFilter,
  page: PageRequest,
): Promise<Page<ProposalRow>> => {
  let query = db.selectFrom("proposals");
  if (filter.status !== undefined) query = query.where("status", "=", filter.status);
  if (filter.cluster_id !== undefined) query = query.where("cluster_id", "=", filter.cluster_id);
  if (filter.source !== undefined)
    query = query.where("study_id", filter.source === "study" ? "is not" : "is", null);
  const { total } = await query
    .select((eb) => eb.fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  return readPage(query.selectAll(), "proposals", page, total);
};
