import { type ClusterRow, findCluster, findClusters } from "../db/clusters-store.ts";
import type { Executor } from "../db/connect.ts";
import type { ProposalRow } from "../db/proposals-store.ts";
import { type DigestRow, findDigest, findStudy, type StudyRow } from "../db/studies-store.ts";
import { findTemplate, findTemplates, type TemplateRow } from "../db/templates-store.ts";
import { type OpenPrView, openPrView } from "./open-pr-view.ts";

export interface ProposalListRow extends ProposalRow {
  cluster: ClusterRow;
  template: TemplateRow;
}

export interface ProposalDetail extends ProposalListRow {
  /** null: made by hand. */
  study_summary: StudyRow | null;
  digest: DigestRow | null;
  open_pr: OpenPrView;
}

/** A proposal with everything an operator needs to decide about it. */
export const proposalDetail = async (db: Executor, proposal: ProposalRow): Promise<ProposalDetail> => {
  const [cluster, template, study, digest, open_pr] = await Promise.all([
    findCluster(db, proposal.cluster_id),
    findTemplate(db, proposal.template_id),
    proposal.study_id === null ? undefined : findStudy(db, proposal.study_id),
    proposal.study_id === null ? undefined : findDigest(db, proposal.study_id),
    openPrView(db, proposal),
  ]);
  return {
    ...proposal,
    cluster: present(cluster, proposal),
    template: present(template, proposal),
    study_summary: study ?? null,
    digest: digest ?? null,
    open_pr,
  };
};

/** Rows of a list with their clusters and templates, in two queries whatever the number of rows. */
export const proposalListRows = async (db: Executor, rows: ProposalRow[]): Promise<ProposalListRow[]> => {
  const [clusters, templates] = await Promise.all([
    findClusters(db, [...new Set(rows.map((row) => row.cluster_id))]),
    findTemplates(db, [...new Set(rows.map((row) => row.template_id))]),
  ]);
  return rows.map((row) => ({
    ...row,
    cluster: present(clusters.get(row.cluster_id), row),
    template: present(templates.get(row.template_id), row),
  }));
};

/** Foreign keys guarantee it. */
const present = <T>(row: T | undefined, proposal: ProposalRow): T => {
  if (row === undefined) throw new Error(`a row that proposal ${proposal.id} refers to is gone`);
  return row;
};
