import { z } from "zod";
import { WORKER_CODES } from "../../errors.ts";
import { configDiffSchema } from "../../proposals/config-diff.ts";
import { clusterSchema } from "./clusters.ts";
import { answeredMoment, uuid } from "./common.ts";
import { pageOf, pageQuery } from "./pages.ts";
import { queryTemplateSchema } from "./query-templates.ts";
import { digestSchema, studySummarySchema } from "./studies.ts";

const METRICS_MAX = 50;
const METRIC_NAME_CHARACTERS_MAX = 200;
const REASON_CHARACTERS_MAX = 2_000;

const proposalStatus = z.enum(["pending", "pr_opened", "pr_merged", "rejected"]);
const openPrState = z.enum(["idle", "queued", "running", "waiting", "failed"]);
const metric = z.strictObject({
  baseline: z.number().nullable(),
  achieved: z.number().nullable(),
  delta_pct: z.number().nullable(),
});
const metricDelta = z
  .record(z.string().min(1).max(METRIC_NAME_CHARACTERS_MAX), metric)
  .refine((metrics) => Object.keys(metrics).length <= METRICS_MAX, `names more than ${METRICS_MAX} metrics`);

export const proposalBodySchema = z
  .strictObject({
    study_id: uuid.nullable().default(null),
    study_trial_id: uuid.nullable().default(null),
    cluster_id: uuid,
    template_id: uuid,
    config_diff: configDiffSchema,
    metric_delta: metricDelta.nullable().default(null),
  })
  .meta({ id: "ProposalBody" });

export const proposalQuery = z.strictObject({
  ...pageQuery.shape,
  status: proposalStatus.optional(),
  cluster_id: uuid.optional(),
  source: z.enum(["study", "manual"]).optional(),
});

const proposalColumns = {
  id: uuid,
  study_id: uuid.nullable(),
  study_trial_id: uuid.nullable(),
  cluster_id: uuid,
  template_id: uuid,
  config_diff: z.record(z.string(), z.object({ from: z.unknown().optional(), to: z.unknown() })),
  metric_delta: z.record(z.string(), metric).nullable(),
  status: proposalStatus,
  pr_url: z.string().nullable(),
  pr_number: z.int().nullable(),
  pr_branch: z.string().nullable(),
  pr_base_sha: z.string().nullable(),
  pr_head_sha: z.string().nullable(),
  pr_state: z.enum(["open", "closed", "merged"]).nullable(),
  pr_checks: z.enum(["pending", "success", "failure"]).nullable(),
  pr_review: z.enum(["approved", "changes_requested"]).nullable(),
  pr_draft: z.boolean(),
  pr_base_ref: z.string().nullable().describe("The branch it would be merged into, as it is on GitHub."),
  pr_updated_at: answeredMoment.nullable(),
  pr_merged_at: answeredMoment.nullable(),
  pr_open_error: z.string().nullable(),
  open_pr_attempt: z.int(),
  open_pr_state: openPrState,
  open_pr_run: z.string().nullable(),
  open_pr_next_at: answeredMoment.nullable(),
  rejected_reason: z.string().nullable(),
  created_at: answeredMoment,
  updated_at: answeredMoment,
  cluster: clusterSchema,
  template: queryTemplateSchema,
};

const openPrSchema = z
  .object({
    state: openPrState,
    attempt: z.int(),
    step: z.string().nullable(),
    waiting_for: z.string().nullable(),
    next_at: answeredMoment.nullable(),
    error: z
      .object({
        code: z.enum(WORKER_CODES),
        reason: z.string().nullable(),
        message: z.string(),
        retryable: z.boolean(),
      })
      .nullable(),
  })
  .meta({ id: "OpenPrProgress", description: "Where the latest attempt to open a pull request stands." });

export const proposalListRowSchema = z.object(proposalColumns).meta({ id: "ProposalListRow" });
export const proposalPageSchema = pageOf("ProposalPage", proposalListRowSchema);
export const proposalSchema = z
  .object({
    ...proposalColumns,
    study_summary: studySummarySchema.nullable().describe("null: made by hand"),
    digest: digestSchema.nullable(),
    open_pr: openPrSchema,
  })
  .meta({ id: "Proposal" });

export const rejectionBodySchema = z
  .strictObject({ reason: z.string().max(REASON_CHARACTERS_MAX).nullable().default(null) })
  .meta({ id: "RejectionBody" });

export const openPrAcceptedSchema = z
  .object({ proposal_id: uuid, status: z.literal("pending"), message: z.string() })
  .meta({ id: "OpenPrAccepted" });
