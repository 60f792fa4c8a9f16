import { breakAutolinks, cleanLine } from "../clean-text.ts";
import type { PrFacts } from "../pr-facts.ts";

/** GitHub's own limit. Counted in UTF-16 units, the stricter way. */
export const PR_TITLE_CHARS_MAX = 255;

/** `RelyLoop: <study name>`, or `RelyLoop manual proposal <last 8 of the id>` (design, section 9). */
export function prTitle(facts: Pick<PrFacts, "proposal" | "study">): string {
  if (facts.study === null) return `RelyLoop manual proposal ${facts.proposal.id.slice(-8)}`;
  const name = breakAutolinks(cleanLine(facts.study.name)) || `study ${facts.study.id.slice(-8)}`;
  const title = `RelyLoop: ${name}`;
  if (title.length <= PR_TITLE_CHARS_MAX) return title;
  return `${title
    .slice(0, PR_TITLE_CHARS_MAX - 1)
    .replace(/[\uD800-\uDBFF]$/, "")
    .trimEnd()}…`;
}
