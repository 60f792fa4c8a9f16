import { type Selectable, sql } from "kysely";
import { v7 as uuidv7 } from "uuid";
import type { Executor } from "./connect.ts";
import type { DigestsTable, StudiesTable, TrialsTable } from "./schema.ts";

export type StudyRow = Selectable<StudiesTable>;
export type TrialRow = Selectable<TrialsTable>;
export type DigestRow = Selectable<DigestsTable>;

export type StudyFields = Omit<StudyRow, "id" | "created_at">;
export type NewTrial = Omit<TrialRow, "study_id">;
export type NewDigest = Omit<DigestRow, "id" | "study_id" | "generated_at">;

export const findStudy = (db: Executor, id: string): Promise<StudyRow | undefined> =>
  db.selectFrom("studies").selectAll().where("id", "=", id).executeTakeFirst();

export const findTrial = (db: Executor, id: string): Promise<TrialRow | undefined> =>
  db.selectFrom("trials").selectAll().where("id", "=", id).executeTakeFirst();

export const listTrials = (db: Executor, studyId: string): Promise<TrialRow[]> =>
  db.selectFrom("trials").selectAll().where("study_id", "=", studyId).orderBy("number").execute();

export const findDigest = (db: Executor, studyId: string): Promise<DigestRow | undefined> =>
  db.selectFrom("digests").selectAll().where("study_id", "=", studyId).executeTakeFirst();

/**
 * Makes the study unless it exists.
 * @returns whether it was made. Two callers at once: the second waits for the first to commit, and gets false.
 */
export const insertStudyIfAbsent = async (db: Executor, id: string, study: StudyFields): Promise<boolean> => {
  const result = await db
    .insertInto("studies")
    .values({ id, ...study, objective: JSON.stringify(study.objective) })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
};

/**
 * Reads the study and keeps everybody else from changing it, and from making proposals for it, until the
 * transaction ends.
 */
export const lockStudy = (db: Executor, id: string): Promise<StudyRow | undefined> =>
  db.selectFrom("studies").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();

export const updateStudy = async (db: Executor, id: string, study: StudyFields): Promise<void> => {
  await db
    .updateTable("studies")
    .set({ ...study, objective: JSON.stringify(study.objective) })
    .where("id", "=", id)
    .execute();
};

/** The trials of a study that proposals were made from. */
export const listReferencedTrials = (
  db: Executor,
  studyId: string,
): Promise<Pick<TrialRow, "id" | "number">[]> =>
  db
    .selectFrom("trials")
    .select(["id", "number"])
    .where("study_id", "=", studyId)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("proposals")
          .select("proposals.id")
          .whereRef("proposals.study_trial_id", "=", "trials.id"),
      ),
    )
    .execute();

export const hasProposals = async (db: Executor, studyId: string): Promise<boolean> =>
  (await db.selectFrom("proposals").select("id").where("study_id", "=", studyId).executeTakeFirst()) !==
  undefined;

export const deleteTrialsExcept = async (db: Executor, studyId: string, keptIds: string[]): Promise<void> => {
  await db
    .deleteFrom("trials")
    .where("study_id", "=", studyId)
    .where(sql<boolean>`id <> all(${keptIds}::uuid[])`)
    .execute();
};

/**
 * Inserts or updates trials of one study. The 5,000 trials a study may have make 50,000 parameters of the 65,535 a
 * statement may have.
 * @returns the ids that belong to another study, which are left alone.
 */
export const upsertTrials = async (
  db: Executor,
  studyId: string,
  trials: readonly NewTrial[],
): Promise<string[]> => {
  if (trials.length === 0) return [];
  const written = await db
    .insertInto("trials")
    .values(
      trials.map((trial) => ({
        ...trial,
        study_id: studyId,
        params: JSON.stringify(trial.params),
        metrics: JSON.stringify(trial.metrics),
      })),
    )
    .onConflict((conflict) =>
      conflict
        .column("id")
        .doUpdateSet((eb) => ({
          number: eb.ref("excluded.number"),
          params: eb.ref("excluded.params"),
          primary_metric: eb.ref("excluded.primary_metric"),
          metrics: eb.ref("excluded.metrics"),
          status: eb.ref("excluded.status"),
          is_baseline: eb.ref("excluded.is_baseline"),
          duration_ms: eb.ref("excluded.duration_ms"),
          started_at: eb.ref("excluded.started_at"),
          ended_at: eb.ref("excluded.ended_at"),
        }))
        .whereRef("trials.study_id", "=", "excluded.study_id"),
    )
    .returning("id")
    .execute();
  const writtenIds = new Set(written.map((row) => row.id));
  return trials.map((trial) => trial.id).filter((id) => !writtenIds.has(id));
};

/** A digest that says what the stored one says keeps its `generated_at`. */
export const putDigest = async (db: Executor, studyId: string, digest: NewDigest): Promise<void> => {
  const values = {
    narrative: digest.narrative,
    parameter_importance: JSON.stringify(digest.parameter_importance),
    recommended_config: JSON.stringify(digest.recommended_config),
    suggested_followups: JSON.stringify(digest.suggested_followups),
    generated_by: digest.generated_by,
  };
  await db
    .insertInto("digests")
    .values({ id: uuidv7(), study_id: studyId, ...values })
    .onConflict((conflict) =>
      conflict
        .column("study_id")
        .doUpdateSet({ ...values, generated_at: sql<Date>`now()` })
        .where(
          sql<boolean>`(digests.narrative, digests.parameter_importance, digests.recommended_config,
            digests.suggested_followups, digests.generated_by)
            is distinct from (excluded.narrative, excluded.parameter_importance, excluded.recommended_config,
            excluded.suggested_followups, excluded.generated_by)`,
        ),
    )
    .execute();
};

export const deleteDigest = async (db: Executor, studyId: string): Promise<void> => {
  await db.deleteFrom("digests").where("study_id", "=", studyId).execute();
};
