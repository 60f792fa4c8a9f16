import { countCodePoints } from "../clean-text.ts";
import { codeSpan, escapeInline, table, truncateAtRow } from "../markdown.ts";
import type { PrFacts, StudyFacts } from "../pr-facts.ts";
import { actorSentence } from "./actor-sentence.ts";
import { followUpList } from "./follow-ups.ts";
import { proposalMarker } from "./marker.ts";
import { metricRows } from "./metric-rows.ts";
import { driftNote, outOfRangeNote } from "./notes.ts";
import { studyDuration } from "./study-run.ts";
import { BODY_CODE_POINTS_MAX, CUT_NOTE } from "./text-limits.ts";
import { topTrialsTable } from "./top-trials.ts";
import { valueCell } from "./values.ts";

/**
 * The body of a proposal's pull request, GitHub Markdown (design, section 9). Who asked for it, how to reject it and the
 * marker are always there; what stands above them is cut at a row where it is too long.
 */
export function prBody(facts: PrFacts): string {
  const main = (facts.study === null ? manualSections(facts) : studySections(facts, facts.study)).join(
    "\n\n",
  );
  const ending = `\n\n${footer(facts)}`;
  return truncateAtRow(main, BODY_CODE_POINTS_MAX - countCodePoints(ending), CUT_NOTE) + ending;
}

function manualSections(facts: PrFacts): string[] {
  return [
    intro(facts),
    "This proposal was made by hand, not by a study: there are no study metrics.",
    ...changeSections(facts),
  ];
}

function studySections(facts: PrFacts, study: StudyFacts): string[] {
  const trials = topTrialsTable(facts.topTrials, study);
  const followUps = followUpList(facts.digest?.suggested_followups ?? null);
  return [
    intro(facts),
    studyLine(facts, study),
    "### Metrics",
    metricsTable(facts),
    ...changeSections(facts),
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

function studyUrl(baseUrl: string, studyId: string): string {
  return `${baseUrl.replace(/\/+$/, "")}/studies/${encodeURIComponent(studyId)}`;
}

function metricsTable(facts: PrFacts): string {
  const rows = metricRows(facts);
  if (rows.length === 0) return "The study has recorded no metrics.";
  return table(
    [
      { title: "Metric" },
      { title: "Baseline", right: true },
      { title: "Achieved", right: true },
      { title: "Δ%", right: true },
    ],
    rows.map(({ name, baseline, achieved, delta }) => [codeSpan(name), baseline, achieved, delta]),
  );
}

function changeSections({ changes, drift, outOfRange }: PrFacts): string[] {
  const rows = changes.map((change) => [
    codeSpan(change.param),
    valueCell(change.fromText),
    valueCell(JSON.stringify(change.to)),
  ]);
  return [
    "### Changed parameters",
    table([{ title: "Param" }, { title: "From" }, { title: "To" }], rows),
    ...(drift.length === 0 ? [] : [driftNote(drift)]),
    ...(outOfRange.length === 0 ? [] : [outOfRangeNote(outOfRange)]),
  ];
}

function footer({ requestedBy, proposal }: PrFacts): string {
  return [
    "---",
    `${actorSentence("Requested", requestedBy)} Proposal \`${proposal.id}\`.`,
    "To turn it down, reject the proposal in RelyLoop, which closes this pull request and deletes its branch, or close the pull request.",
    proposalMarker(proposal.id),
  ].join("\n\n");
}
