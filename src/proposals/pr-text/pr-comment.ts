import { countCodePoints } from "../clean-text.ts";
import { escapeBlock, truncateAtRow } from "../markdown.ts";
import type { PrFacts } from "../pr-facts.ts";
import { importanceTable } from "./importance-table.ts";
import { proposalMarker } from "./marker.ts";
import { BODY_CODE_POINTS_MAX, CUT_NOTE } from "./text-limits.ts";

export type CommentChart =
  /** The chart as committed. `webUrl` is the GitHub host with its protocol, such as `https://github.com`. */
  | { kind: "image"; webUrl: string; owner: string; repo: string; commit: string; path: string }
  /** It could not be drawn. */
  | { kind: "failed" };

/** Room for the narrative, so that chart, table and marker always fit too. */
const NARRATIVE_CODE_POINTS_MAX = 40_000;

/**
 * The comment under a study's pull request, GitHub Markdown: the chart, or a table in its place, and the digest's
 * narrative (design, section 9).
 */
export function prComment(facts: Pick<PrFacts, "proposal" | "digest">, chart: CommentChart): string {
  const narrative = escapeBlock(facts.digest?.narrative ?? "", NARRATIVE_CODE_POINTS_MAX);
  const sections = ["### Parameter importance", chartSection(facts, chart)];
  if (narrative !== "") sections.unshift("### Digest", narrative);
  const ending = `\n\n${proposalMarker(facts.proposal.id)}`;
  const room = BODY_CODE_POINTS_MAX - countCodePoints(ending);
  return truncateAtRow(sections.join("\n\n"), room, CUT_NOTE) + ending;
}

/** The picture, or a table in its place. */
export function chartSection({ digest }: Pick<PrFacts, "digest">, chart: CommentChart): string {
  switch (chart.kind) {
    case "image":
      return `![Parameter importance](${imageUrl(chart)})`;
    case "failed":
      return importanceTable(digest?.parameter_importance ?? {});
    default: {
      const impossible: never = chart;
      throw new TypeError(`unknown chart ${impossible}`);
    }
  }
}

/** A blob's address by commit id also works in private repositories and after the branch is gone; a raw one does not. */
function imageUrl({ webUrl, owner, repo, commit, path }: Extract<CommentChart, { kind: "image" }>): string {
  const segments = [owner, repo, "blob", commit, ...path.split("/")].map(encodeURIComponent);
  return `${webUrl.replace(/\/+$/, "")}/${segments.join("/")}?raw=true`;
}
