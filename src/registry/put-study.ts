import { findCluster } from "../db/clusters-store.ts";
import type { Db, Executor } from "../db/connect.ts";
import {
  deleteDigest,
  deleteTrialsExcept,
  hasProposals,
  insertStudyIfAbsent,
  listReferencedTrials,
  lockStudy,
  type NewDigest,
  type NewTrial,
  putDigest,
  type StudyFields,
  updateStudy,
  upsertTrials,
} from "../db/studies-store.ts";
import { findTemplate } from "../db/templates-store.ts";
import { AppError, type FieldError } from "../errors.ts";

export interface WholeStudy extends StudyFields {
  trials: NewTrial[];
  digest: NewDigest | null;
}

/**
 * Stores a study as it is now, with its trials and its digest. What the caller left out goes, except trials that
 * proposals were made from. Callers of one study take turns.
 * @returns whether the study is new
 * @throws AppError CLUSTER_NOT_FOUND, TEMPLATE_NOT_FOUND, VALIDATION_ERROR
 */
export const createPutStudy =
  ({ db }: { db: Db }) =>
  (id: string, { trials, digest, ...study }: WholeStudy): Promise<"created" | "updated"> =>
    db.transaction().execute(async (trx) => {
      await requireReferences(trx, study);
      const created = await insertStudyIfAbsent(trx, id, study);
      if (!created) await requireSameTarget(trx, id, study);
      const kept = await listReferencedTrials(trx, id);
      refuse(checkTrials(trials, study.best_trial_id, kept));
      const keptIds = [...trials, ...kept].map((trial) => trial.id);
      await deleteTrialsExcept(trx, id, keptIds);
      // In one order for everybody, so that two studies naming the same trials can't wait for each other.
      const inOrder = trials.toSorted((one, other) => (one.id < other.id ? -1 : 1));
      const foreign = await upsertTrials(trx, id, inOrder);
      refuse(foreignTrials(trials, foreign));
      if (!created) await updateStudy(trx, id, study);
      if (digest === null) await deleteDigest(trx, id);
      else await putDigest(trx, id, digest);
      return created ? "created" : "updated";
    });

const requireReferences = async (db: Executor, study: StudyFields): Promise<void> => {
  if ((await findCluster(db, study.cluster_id)) === undefined) {
    throw new AppError("CLUSTER_NOT_FOUND", `There is no cluster ${study.cluster_id}.`);
  }
  if ((await findTemplate(db, study.template_id)) === undefined) {
    throw new AppError("TEMPLATE_NOT_FOUND", `There is no query template ${study.template_id}.`);
  }
};

/** A proposal is for its study's cluster and template, so these stay once there is one. */
const requireSameTarget = async (db: Executor, id: string, study: StudyFields): Promise<void> => {
  const present = await lockStudy(db, id);
  if (present === undefined) return;
  const moved = (["cluster_id", "template_id"] as const).filter((key) => present[key] !== study[key]);
  if (moved.length === 0 || !(await hasProposals(db, id))) return;
  refuse(
    moved.map((path) => ({ path, message: "can't change: the study has proposals for the present one" })),
  );
};

/** Holds the trials against each other, against `best_trial_id`, and against the ones that stay in any case. */
export const checkTrials = (
  trials: readonly { id: string; number: number }[],
  bestTrialId: string | null,
  kept: readonly { id: string; number: number }[],
): FieldError[] => {
  const problems: FieldError[] = [];
  const ids = new Set<string>();
  const given = new Set(trials.map((trial) => trial.id));
  const numbers = new Map(
    kept.filter((trial) => !given.has(trial.id)).map((trial) => [trial.number, trial.id]),
  );
  for (const [index, trial] of trials.entries()) {
    if (ids.has(trial.id)) problems.push({ path: `trials.${index}.id`, message: "stands twice in the list" });
    const holder = numbers.get(trial.number);
    if (holder !== undefined && holder !== trial.id) {
      problems.push({ path: `trials.${index}.number`, message: `is the number of trial ${holder}` });
    }
    ids.add(trial.id);
    numbers.set(trial.number, trial.id);
  }
  if (bestTrialId !== null && !given.has(bestTrialId)) {
    problems.push({ path: "best_trial_id", message: "is not among the trials" });
  }
  return problems;
};

const foreignTrials = (trials: readonly NewTrial[], foreignIds: readonly string[]): FieldError[] => {
  const foreign = new Set(foreignIds);
  return trials.flatMap(({ id }, index) =>
    foreign.has(id) ? [{ path: `trials.${index}.id`, message: "belongs to another study" }] : [],
  );
};

const PROBLEMS_SHOWN_MAX = 20;

const refuse = (problems: FieldError[]): void => {
  if (problems.length === 0) return;
  throw new AppError("VALIDATION_ERROR", "The study does not fit together; see the fields.", {
    fields: problems.slice(0, PROBLEMS_SHOWN_MAX),
  });
};
