import type { Selectable } from "kysely";
import type { Executor } from "./connect.ts";
import type { ProposalRow } from "./proposals-store.ts";
import type { DigestsTable, QueryTemplatesTable, StudiesTable, TrialsTable } from "./schema.ts";
import { findTarget, type Target } from "./targets-store.ts";

/** Everything a pull request is made from, as the database has it. */
export interface ProposalFacts extends Target {
  proposal: ProposalRow;
  template: Selectable<QueryTemplatesTable>;
  study: Selectable<StudiesTable> | null;
  digest: Selectable<DigestsTable> | null;
  /** Best first by the study's own direction; completed trials only. */
  topTrials: Selectable<TrialsTable>[];
}

const TOP_TRIALS_MAX = 10;

/** Reads the rows around a proposal. Foreign keys guarantee that they exist. */
export const loadFacts = async (db: Executor, proposal: ProposalRow): Promise<ProposalFacts> => {
  const [target, template, study, digest] = await Promise.all([
    findTarget(db, proposal.cluster_id),
    db
      .selectFrom("query_templates")
      .selectAll()
      .where("id", "=", proposal.template_id)
      .executeTakeFirstOrThrow(),
    proposal.study_id === null
      ? null
      : db.selectFrom("studies").selectAll().where("id", "=", proposal.study_id).executeTakeFirstOrThrow(),
    proposal.study_id === null
      ? null
      : db.selectFrom("digests").selectAll().where("study_id", "=", proposal.study_id).executeTakeFirst(),
  ]);
  if (target === undefined) throw new Error(`cluster ${proposal.cluster_id} is gone`);
  const topTrials = study === null ? [] : await listTopTrials(db, study);
  return { ...target, proposal, template, study, digest: digest ?? null, topTrials };
};

const listTopTrials = (db: Executor, study: Selectable<StudiesTable>) =>
  db
    .selectFrom("trials")
    .selectAll()
    .where("study_id", "=", study.id)
    .where("status", "=", "complete")
    .where("primary_metric", "is not", null)
    .orderBy("primary_metric", study.objective.direction === "minimize" ? "asc" : "desc")
    .orderBy("number")
    .limit(TOP_TRIALS_MAX)
    .execute();
