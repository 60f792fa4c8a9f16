import { breakAutolinks, cleanLine, countCodePoints, cutText } from "../clean-text.ts";
import { codeSpan, truncateAtRow } from "../markdown.ts";
import type { PrFacts } from "../pr-facts.ts";
import { type ChangeVerdict, verdictNote } from "./change-verdict.ts";
import { changesTable } from "./changes-table.ts";
import { metricRows } from "./metric-rows.ts";
import { metricsTable } from "./metrics-table.ts";
import { outOfRangeNote } from "./notes.ts";
import { type CommentChart, chartSection } from "./pr-comment.ts";
import { CUT_NOTE } from "./text-limits.ts";

/** GitHub's limit for `summary` and `text` of a check run, each. Kept in bytes, whatever it counts in. */
export const CHECK_TEXT_BYTES_MAX = 65_535;
/** A text above the limit is cut to this, which fits whatever its characters are. */
const CUT_CODE_POINTS_MAX = Math.floor(CHECK_TEXT_BYTES_MAX / 4);
/** GitHub names no limit; more is not shown. */
export const CHECK_TITLE_CODE_POINTS_MAX = 255;
const NAME_CODE_POINTS_MAX = 100;

export interface CheckFacts extends Pick<PrFacts, "proposal" | "study" | "digest"> {
  verdict: ChangeVerdict;
  /** Of the pull request, as it is on GitHub. */
  baseBranch: string;
  /** The head holds commits the proposal did not make. */
  foreignCommits: boolean;
  chart: CommentChart;
  /** Whether comments and "Re-run" are heard: not without webhooks. */
  listens: boolean;
}

export interface CheckOutput {
  conclusion: "success" | "neutral" | "failure";
  title: string;
  summary: string;
  text: string;
}

/**
 * What the check run on a proposal's pull request says, GitHub Markdown. How to look again and how to turn the proposal
 * down always stands at the end; what is above it is cut at a row where it is too long.
 */
export function checkOutput(facts: CheckFacts): CheckOutput {
  return {
    conclusion: conclusionOf(facts.verdict),
    title: cutText(titleOf(facts), CHECK_TITLE_CODE_POINTS_MAX),
    summary: bounded(summarySections(facts).join("\n\n"), `\n\n${ending(facts)}`),
    text: bounded(["### Proposed values", proposedValues(facts)].join("\n\n"), ""),
  };
}

function conclusionOf(verdict: ChangeVerdict): CheckOutput["conclusion"] {
  switch (verdict.kind) {
    case "applies":
      return verdict.drift.length === 0 ? "success" : "neutral";
    case "on_base":
    case "moved":
      return "neutral";
    case "refused":
      return "failure";
    default:
      throw new TypeError(`unknown verdict ${verdict satisfies never}`);
  }
}

/** One line of plain text: GitHub renders no Markdown there. */
function titleOf(facts: CheckFacts): string {
  const { verdict } = facts;
  switch (verdict.kind) {
    case "applies": {
      const { drift, outOfRange } = verdict;
      const notes = [
        ...(drift.length === 0 ? [] : [`${counted(drift.length, "value")} drifted on the base branch`]),
        ...(outOfRange.length === 0 ? [] : [`${counted(outOfRange.length, "value")} out of range`]),
      ];
      return [...notes, measured(facts)].join(" · ");
    }
    case "on_base":
      return "Every proposed value is on the base branch already";
    case "moved":
      return "The cluster's configuration is in another repository by now";
    case "refused":
      return `The change can't be applied any more (${verdict.code})`;
    default:
      throw new TypeError(`unknown verdict ${verdict satisfies never}`);
  }
}

function measured(facts: CheckFacts): string {
  const [metric] = metricRows(facts);
  if (metric === undefined) return "The change applies to the base branch";
  const name = cutText(breakAutolinks(cleanLine(metric.name)), NAME_CODE_POINTS_MAX);
  return `${name} ${metric.baseline} → ${metric.achieved} (${metric.delta})`;
}

function summarySections(facts: CheckFacts): string[] {
  const { verdict, study } = facts;
  const note = verdictNote(verdict);
  return [
    ...(verdict.kind === "applies" ? [validation(facts, verdict)] : []),
    ...(note === "" ? [] : [note]),
    ...(verdict.kind === "applies" && verdict.outOfRange.length > 0
      ? [outOfRangeNote(verdict.outOfRange)]
      : []),
    ...(facts.foreignCommits
      ? [
          "ℹ️ The branch holds commits that are not the proposal's. This check speaks of the proposal's change only.",
        ]
      : []),
    "### Metrics",
    ...(study === null
      ? ["This proposal was made by hand, not by a study: there are no study metrics."]
      : [metricsTable(facts), "### Parameter importance", chartSection(facts, facts.chart)]),
  ];
}

function validation(
  { baseBranch }: CheckFacts,
  { changes, drift, outOfRange }: Extract<ChangeVerdict, { kind: "applies" }>,
): string {
  const applies = `The change of ${counted(changes.length, "value")} is valid and applies to ${codeSpan(baseBranch)} as it is now.`;
  return drift.length === 0 && outOfRange.length === 0 ? `✅ ${applies}` : applies;
}

/** Where the change can't be planned, what the proposal says itself. */
function proposedValues({ verdict, proposal }: CheckFacts): string {
  if (verdict.kind === "applies") return changesTable(verdict.changes);
  const wanted = Object.entries(proposal.config_diff).map(([param, { from, to }]) => ({
    param,
    // undefined stays undefined.
    fromText: JSON.stringify(from),
    to,
  }));
  return changesTable(wanted);
}

function ending({ proposal, listens }: CheckFacts): string {
  const how = listens
    ? "To look again at the base branch, comment `/relyloop refresh` or press **Re-run**. To turn the proposal down, comment `/relyloop reject <reason>`, or reject it in RelyLoop: this pull request is then closed and its branch deleted."
    : "To turn the proposal down, reject it in RelyLoop: this pull request is then closed and its branch deleted.";
  return ["---", `${how} Proposal \`${proposal.id}\`.`].join("\n\n");
}

function bounded(text: string, end: string): string {
  if (Buffer.byteLength(text + end) <= CHECK_TEXT_BYTES_MAX) return text + end;
  return truncateAtRow(text, CUT_CODE_POINTS_MAX - countCodePoints(end), CUT_NOTE) + end;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
