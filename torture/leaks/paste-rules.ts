import type { PasteRules } from "./canaries.ts";

/**
 * Callers' texts are stored as they were sent (docs/security.md, "Where a secret could get out"), and the person who
 * pressed is whom the caller named. Every other column holds nothing of a secret.
 */
const CALLERS_COLUMNS: ReadonlySet<string> = new Set([
  "public.clusters.name",
  "public.config_repos.pr_base_branch",
  "public.digests.generated_by",
  "public.digests.narrative",
  "public.digests.parameter_importance",
  "public.digests.recommended_config",
  "public.digests.suggested_followups",
  "public.proposal_events.actor",
  "public.proposals.config_diff",
  "public.proposals.metric_delta",
  "public.query_templates.name",
  "public.studies.name",
  "public.studies.objective",
  "public.trials.metrics",
  "public.trials.params",
  // Who pressed, and the template's name.
  "pgboss.job_common.data",
]);

/** What the change is about stands in the files that are changed, wherever those are shown, but in no commit's text. */
const CHANGED_FILES = /^(git objects, \S+ (tree|blob) |pages of GitHub, )/;
/** On GitHub everybody says what they want; what the app says there is looked at like all else. */
const PEOPLES_WORDS =
  /^(comments|the rest of GitHub's records), \S+ \d+ of (?!\S*\[bot\])|^pages of GitHub, |^files, github\//;

export const pasteRules: PasteRules = {
  api: (surface, place) =>
    (surface === "tables" && CALLERS_COLUMNS.has(place)) ||
    // Given back to those who may read them.
    (surface === "HTTP answers" && / -> 2\d\d$/.test(place)),
  github: (surface, place) => PEOPLES_WORDS.test(`${surface}, ${place}`),
  change: (surface, place) => pasteRules.api(surface, place) || CHANGED_FILES.test(`${surface}, ${place}`),
};
