import { breakAutolinks, cleanLine, cutText } from "../clean-text.ts";
import { truncateAtRow } from "../markdown.ts";
import type { PrFacts } from "../pr-facts.ts";
import { metricRows } from "./metric-rows.ts";
import { studyDuration } from "./study-run.ts";
import { spellChange } from "./values.ts";

/** Beyond this the list of changed parameters is cut; the commit's diff has them all. */
export const CHANGES_CODE_POINTS_MAX = 20_000;

const CUT_NOTE = "… (cut: see the diff for the rest)";
const TRAILER_CODE_POINTS_MAX = 200;

/** The message of the commit that changes the params file (design, section 9). */
export function commitMessage(facts: PrFacts): string {
  const subject = `relevance: tune ${plain(facts.template.name)} params (${origin(facts)})`;
  const paragraphs = [subject, summary(facts), changedParams(facts), studyRun(facts), trailers(facts)];
  return `${paragraphs.filter((paragraph) => paragraph !== "").join("\n\n")}\n`;
}

/** The message of the commit that adds the study's chart. */
export function chartCommitMessage(facts: PrFacts): string {
  const subject = `relevance: add parameter importance chart (${origin(facts)})`;
  return `${subject}\n\nThe pull request's comment shows this image.\n\n${trailers(facts)}\n`;
}

function origin({ study, proposal }: PrFacts): string {
  return study === null ? `proposal ${proposal.id}` : `study ${study.id}`;
}

function summary(facts: PrFacts): string {
  const { cluster, template } = facts;
  const [metric] = metricRows(facts);
  const lines = [
    `Cluster: ${plain(cluster.name)} (${plain(cluster.engine_type)}, ${plain(cluster.environment)})`,
    `Template: ${plain(template.name)} v${template.version}`,
  ];
  if (metric !== undefined) {
    lines.push(`Metric: ${metric.baseline} → ${metric.achieved} (${metric.delta}), ${plain(metric.name)}`);
  }
  return lines.join("\n");
}

function changedParams({ changes }: PrFacts): string {
  const lines = changes.map((change) => `- ${plain(change.param)}: ${breakAutolinks(spellChange(change))}`);
  return truncateAtRow(["Changed params:", ...lines].join("\n"), CHANGES_CODE_POINTS_MAX, CUT_NOTE);
}

function studyRun({ study }: PrFacts): string {
  if (study === null) return "";
  const duration = studyDuration(study);
  const lines = [];
  if (study.trial_count !== null) lines.push(`Trials: ${study.trial_count}`);
  if (duration !== undefined) lines.push(`Duration: ${duration}`);
  return lines.join("\n");
}

/** Trailers as git-interpret-trailers(1) reads them: the last paragraph, one line each. */
function trailers({ proposal, study, requestedBy }: PrFacts): string {
  const lines = [`RelyLoop-Proposal: ${proposal.id}`];
  if (study !== null) lines.push(`RelyLoop-Study: ${study.id}`);
  const person = cutText(plain(requestedBy.person ?? ""), TRAILER_CODE_POINTS_MAX);
  if (person !== "") lines.push(`Requested-by: ${person}`);
  return lines.join("\n");
}

/** One line without mentions or references, which GitHub would act on in commit messages too. */
function plain(text: string): string {
  return breakAutolinks(cleanLine(text));
}
