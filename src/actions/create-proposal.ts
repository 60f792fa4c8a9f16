import { isDeepStrictEqual } from "node:util";
import { findCluster } from "../db/clusters-store.ts";
import type { Db } from "../db/connect.ts";
import { violatedConstraint } from "../db/db-errors.ts";
import { appendEvent } from "../db/events-store.ts";
import {
  findLiveProposalOfStudy,
  findProposal,
  insertProposal,
  type NewProposal,
  type ProposalRow,
} from "../db/proposals-store.ts";
import { findStudy, findTrial } from "../db/studies-store.ts";
import { findTemplate } from "../db/templates-store.ts";
import { AppError, type FieldError } from "../errors.ts";
import { type Actor, actorLabel } from "../proposals/actor.ts";

export type ProposalFields = Omit<NewProposal, "id">;

export interface Submission {
  fields: ProposalFields;
  /** The caller's id, or null to have one made. */
  id: string | null;
  actor: Actor;
  requestId: string;
}

export interface Submitted {
  /** present: the same proposal was submitted under this id before. */
  kind: "created" | "present";
  proposal: ProposalRow;
}

/**
 * Takes a proposal in. With the caller's id it is idempotent: the same fields again change nothing.
 * @throws AppError PROPOSAL_EXISTS (other fields under this id, or the study has a pending or opened proposal),
 *   CLUSTER_NOT_FOUND, TEMPLATE_NOT_FOUND, STUDY_NOT_FOUND, VALIDATION_ERROR
 */
export const createSubmitProposal =
  ({ db }: { db: Db }) =>
  async (submission: Submission): Promise<Submitted> => {
    const present = await findSubmitted(db, submission);
    if (present !== undefined) return present;
    await checkReferences(db, submission.fields);
    try {
      return { kind: "created", proposal: await insert(db, submission) };
    } catch (error) {
      switch (violatedConstraint(error)) {
        case "proposals_pkey": {
          // Somebody submitted under this id a moment ago.
          const raced = await findSubmitted(db, submission);
          if (raced !== undefined) return raced;
          throw error;
        }
        case "proposals_one_live_per_study":
          throw await studyHasProposal(db, submission.fields);
        case "proposals_study_trial_id_fkey":
          throw unusable([{ path: "study_trial_id", message: "was removed from the study a moment ago" }]);
        default:
          throw error;
      }
    }
  };

const insert = (db: Db, { fields, id, actor, requestId }: Submission): Promise<ProposalRow> =>
  db.transaction().execute(async (trx) => {
    const proposal = await insertProposal(trx, id === null ? fields : { ...fields, id });
    await appendEvent(trx, {
      proposalId: proposal.id,
      kind: "proposal_created",
      actor: actorLabel(actor),
      data: { source: fields.study_id === null ? "manual" : "study", request_id: requestId },
    });
    return proposal;
  });

const findSubmitted = async (db: Db, { id, fields }: Submission): Promise<Submitted | undefined> => {
  const proposal = id === null ? undefined : await findProposal(db, id);
  if (proposal === undefined) return undefined;
  if (isSame(proposal, fields)) return { kind: "present", proposal };
  throw new AppError(
    "PROPOSAL_EXISTS",
    `Proposal ${proposal.id} exists with other values. Proposals don't change: submit it under a new id.`,
    { reason: proposal.id },
  );
};

const isSame = (proposal: ProposalRow, fields: ProposalFields): boolean => {
  const { study_id, study_trial_id, cluster_id, template_id, config_diff, metric_delta } = proposal;
  const stored = { study_id, study_trial_id, cluster_id, template_id, config_diff, metric_delta };
  // Both as JSON has them: -0 is 0 there, and an absent `from` has no key.
  return isDeepStrictEqual(asJson(stored), asJson(fields));
};

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const checkReferences = async (db: Db, fields: ProposalFields): Promise<void> => {
  if ((await findCluster(db, fields.cluster_id)) === undefined) {
    throw new AppError("CLUSTER_NOT_FOUND", `There is no cluster ${fields.cluster_id}.`);
  }
  if ((await findTemplate(db, fields.template_id)) === undefined) {
    throw new AppError("TEMPLATE_NOT_FOUND", `There is no query template ${fields.template_id}.`);
  }
  if (fields.study_id === null) {
    if (fields.study_trial_id === null) return;
    throw unusable([{ path: "study_trial_id", message: "needs a study_id" }]);
  }
  const study = await findStudy(db, fields.study_id);
  if (study === undefined) throw new AppError("STUDY_NOT_FOUND", `There is no study ${fields.study_id}.`);
  const problems: FieldError[] = [];
  if (study.cluster_id !== fields.cluster_id) {
    problems.push({ path: "cluster_id", message: "is not the study's cluster" });
  }
  if (study.template_id !== fields.template_id) {
    problems.push({ path: "template_id", message: "is not the study's query template" });
  }
  if (fields.study_trial_id !== null) {
    const trial = await findTrial(db, fields.study_trial_id);
    if (trial?.study_id !== study.id) {
      problems.push({ path: "study_trial_id", message: "is not a trial of the study" });
    }
  }
  if (problems.length > 0) throw unusable(problems);
};

const unusable = (fields: FieldError[]): AppError =>
  new AppError("VALIDATION_ERROR", "The proposal does not fit its study; see the fields.", { fields });

const studyHasProposal = async (db: Db, { study_id }: ProposalFields): Promise<AppError> => {
  const live = study_id === null ? undefined : await findLiveProposalOfStudy(db, study_id);
  if (live === undefined) {
    // It ended between the insert and this look.
    return new AppError(
      "PROPOSAL_EXISTS",
      `Study ${study_id} had another live proposal until a moment ago. Try again.`,
    );
  }
  const way = live.status === "pending" ? "Open or reject it" : "Wait for its pull request, or reject it";
  return new AppError(
    "PROPOSAL_EXISTS",
    `Study ${study_id} has proposal ${live.id} already (${live.status}). ${way} first.`,
    { reason: live.id },
  );
};
