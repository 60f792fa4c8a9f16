import { type ReplacedDrift, replaceDriftSection } from "../../proposals/pr-text/drift-section.ts";
import type { ConfigRepoAccess } from "../config-repo-access.ts";

/**
 * Brings the note on drift in a pull request's body up to date, and leaves the rest to people.
 * @param seen the body as it was read before
 * @param note Markdown, redacted by the caller
 */
export const updateBody = async (
  { pulls }: Pick<ConfigRepoAccess, "pulls">,
  { number, seen, note }: { number: number; seen: string; note: string },
): Promise<ReplacedDrift["kind"]> => {
  const { kind } = replaceDriftSection(seen, note);
  if (kind !== "replaced") return kind;
  // GitHub takes no condition for this write. Reading again leaves the shortest moment to lose what somebody edits.
  const { body } = await pulls.getPullAndBody(number);
  const replaced = replaceDriftSection(body, note);
  if (replaced.kind === "replaced") await pulls.updatePullBody(number, replaced.body);
  return replaced.kind;
};
