import { countCodePoints } from "../clean-text.ts";
import { codeSpan, escapeInline, truncateAtRow } from "../markdown.ts";
import type { PrFacts, StudyFacts } from "../pr-facts.ts";
import { actorSentence } from "./actor-sentence.ts";
import { changesTable } from "./changes-table.ts";
import { DRIFT_SECTION_CODE_POINTS_MAX, driftSection } from "./drift-section.ts";
import { followUpList } from "./follow-ups.ts";
import { proposalMarker } from "./marker.ts";
import { metricsTable } from "./metrics-table.ts";
import { driftNote, outOfRangeNote } from "./notes.ts";
import { studyDuration } from "./study-run.ts";
import { studyUrl } from "./study-url.ts";
import { BODY_CODE_POINTS_MAX, CUT_NOTE } from "./text-limits.ts";
import { topTrialsTable } from "./top-trials.ts";

/** Between two parts. */
const GAP = "\n\n";
/** Kept for the note that something was cut. */
const CUT_CODE_POINTS = countCodePoints(GAP + CUT_NOTE);

/**
 * The body of a proposal's pull request, GitHub Markdown (design, section 9). Who asked for it, how to reject it, the
 * marker and the section on drift are always there, with room for that section to be filled later; what stands around it
 * is cut at a row where it is too long.
 */
export function prBody(facts: PrFacts): string {
  const drift = driftSection(facts.drift.length === 0 ? "" : driftNote(facts.drift));
  const ending = `${GAP}${footer(facts)}`;
  const room =
    BODY_CODE_POINTS_MAX - DRIFT_SECTION_CODE_POINTS_MAX - countCodePoints(ending) - 2 * GAP.length;
  const whole = aboveDrift(facts).join(GAP);
  const above = truncateAtRow(whole, room - CUT_CODE_POINTS, CUT_NOTE);
  const left = room - countCodePoints(above);
  const below = above === whole ? truncateAtRow(belowDrift(facts).join(GAP), left, CUT_NOTE) : "";
  return [above, drift, ...(below === "" ? [] : [below])].join(GAP) + ending;
}

function aboveDrift(facts: PrFacts): string[] {
  const { study } = facts;
  const origin =
    study === null
      ? ["This proposal was made by hand, not by a study: there are no study metrics."]
      : [studyLine(facts, study), "### Metrics", metricsTable(facts)];
  return [intro(facts), ...origin, "### Changed parameters", changesTable(facts.changes)];
}

function belowDrift({ outOfRange, topTrials, study, digest }: PrFacts): string[] {
  const trials = study === null ? undefined : topTrialsTable(topTrials, study);
  const followUps = study === null ? undefined : followUpList(digest?.suggested_followups ?? null);
  return [
    ...(outOfRange.length === 0 ? [] : [outOfRangeNote(outOfRange)]),
    ...(trials === undefined ? [] : ["### Top trials", trials]),
    ...(followUps === undefined ? [] : ["### Suggested follow-ups", followUps]),
  ];
}

function intro({ cluster, template }: PrFacts): string {
  const place = `${escapeInline(cluster.engine_type)}, ${escapeInline(cluster.environment)}`;
  return `RelyLoop proposes new parameters for query template ${codeSpan(template.name)} (version ${template.version}) on cluster ${codeSpan(cluster.name)} (${place}).`;
}

function studyLine({ baseUrl }: PrFacts, study: StudyFacts): string {
  const name = escapeInline(study.name) || "(no name)";
  const linked = baseUrl === null ? name : `[${name}](<${studyUrl(baseUrl, study.id)}>)`;
  const duration = studyDuration(study);
  const run = [
    ...(study.trial_count === null
      ? []
      : [study.trial_count === 1 ? "1 trial" : `${study.trial_count} trials`]),
    ...(duration === undefined ? [] : [duration]),
  ];
  return `**Study:** ${linked}${run.length === 0 ? "" : ` (${run.join(", ")})`}`;
}

function footer({ requestedBy, proposal }: PrFacts): string {
  return [
    "---",
    `${actorSentence("Requested", requestedBy)} Proposal \`${proposal.id}\`.`,
    "To turn it down, reject the proposal in RelyLoop, which closes this pull request and deletes its branch, or close the pull request.",
    proposalMarker(proposal.id),
  ].join("\n\n");
}
