import { z } from "zod";
import {
  answeredMoment,
  INTEGER_MAX,
  jsonObject,
  moment,
  NARRATIVE_CHARACTERS_MAX,
  name,
  uuid,
} from "./common.ts";

export const TRIALS_MAX = 5_000;
const FOLLOWUPS_MAX = 200;
const METRIC_NAME_CHARACTERS_MAX = 200;

const studyStatus = z.enum(["queued", "running", "completed", "failed", "cancelled"]);
const trialStatus = z.enum(["complete", "failed", "pruned"]);
const count = z.int().min(0).max(INTEGER_MAX);
const numbersByName = z.record(z.string().min(1).max(METRIC_NAME_CHARACTERS_MAX), z.number());
const nullableMoment = moment.nullable().default(null);
const nullableNumber = z.number().nullable().default(null);

const newTrial = z
  .strictObject({
    id: uuid,
    number: count,
    params: jsonObject,
    primary_metric: nullableNumber,
    metrics: jsonObject.default({}),
    status: trialStatus,
    is_baseline: z.boolean().default(false),
    duration_ms: z.int().min(0).nullable().default(null),
    started_at: nullableMoment,
    ended_at: nullableMoment,
  })
  .meta({ id: "TrialBody" });

const newDigest = z
  .strictObject({
    narrative: z.string().max(NARRATIVE_CHARACTERS_MAX),
    parameter_importance: numbersByName,
    recommended_config: jsonObject,
    suggested_followups: z.array(z.unknown()).max(FOLLOWUPS_MAX),
    generated_by: name,
  })
  .meta({ id: "DigestBody" });

export const studyBodySchema = z
  .strictObject({
    name,
    cluster_id: uuid,
    template_id: uuid,
    status: studyStatus,
    objective: jsonObject,
    baseline_metric: nullableNumber,
    best_metric: nullableNumber,
    best_trial_id: uuid.nullable().default(null),
    trial_count: count,
    started_at: nullableMoment,
    completed_at: nullableMoment,
    trials: z.array(newTrial).max(TRIALS_MAX),
    digest: newDigest.nullable().default(null),
  })
  .meta({ id: "StudyBody", description: "The whole study as it is now. What is left out goes." });

const trialSchema = z
  .object({
    id: uuid,
    study_id: uuid,
    number: z.int(),
    params: jsonObject,
    primary_metric: z.number().nullable(),
    metrics: jsonObject,
    status: trialStatus,
    is_baseline: z.boolean(),
    duration_ms: z.int().nullable(),
    started_at: answeredMoment.nullable(),
    ended_at: answeredMoment.nullable(),
  })
  .meta({ id: "Trial" });

export const digestSchema = z
  .object({
    id: uuid,
    study_id: uuid,
    narrative: z.string(),
    parameter_importance: jsonObject,
    recommended_config: jsonObject,
    suggested_followups: z.array(z.unknown()),
    generated_by: z.string(),
    generated_at: answeredMoment,
  })
  .meta({ id: "Digest" });

export const studySummarySchema = z
  .object({
    id: uuid,
    name: z.string(),
    cluster_id: uuid,
    template_id: uuid,
    status: studyStatus,
    objective: jsonObject,
    baseline_metric: z.number().nullable(),
    best_metric: z.number().nullable(),
    best_trial_id: uuid.nullable(),
    trial_count: z.int(),
    created_at: answeredMoment,
    started_at: answeredMoment.nullable(),
    completed_at: answeredMoment.nullable(),
  })
  .meta({ id: "StudySummary" });

export const studySchema = z
  .object({ ...studySummarySchema.shape, trials: z.array(trialSchema), digest: digestSchema.nullable() })
  .meta({ id: "Study" });
