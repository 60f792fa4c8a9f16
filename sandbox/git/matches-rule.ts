import type { BranchRule } from "../world.ts";

/** Whether a rule speaks of this ref, as the shell of the pre-receive hook sees it. */
export function matchesRule(rule: BranchRule | null, ref: string): boolean {
  if (rule === null) return false;
  const pattern = rule.pattern
    .split("*")
    .map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^refs/heads/${pattern}$`).test(ref);
}
