import type { WorkerCode } from "../../errors.ts";
import type { OutOfRange } from "../config-diff.ts";
import { escapeInline } from "../markdown.ts";
import type { ParamChange, ParamDrift } from "../params-file.ts";
import { driftNote } from "./notes.ts";

/** What became of a proposal's change on the base branch as it is now. */
export type ChangeVerdict =
  | {
      kind: "applies";
      changes: readonly ParamChange[];
      drift: readonly ParamDrift[];
      outOfRange: readonly OutOfRange[];
    }
  /** Every value is on the base branch already. */
  | { kind: "on_base" }
  /** The cluster takes its configuration from another repository by now. */
  | { kind: "moved" }
  | { kind: "refused"; code: WorkerCode; message: string };

/** What a reviewer has to know of it, GitHub Markdown; "" where there is nothing to say. */
export function verdictNote(verdict: ChangeVerdict): string {
  switch (verdict.kind) {
    case "applies":
      return verdict.drift.length === 0 ? "" : driftNote(verdict.drift);
    case "on_base":
      return "⚠️ **Nothing left to change:** the base branch has every proposed value already.";
    case "moved":
      return "⚠️ **Moved:** the cluster takes its configuration from another repository by now. Merging this changes nothing there.";
    case "refused":
      return `⚠️ **The change can't be applied to the base branch any more** (\`${verdict.code}\`): ${escapeInline(verdict.message)}`;
    default:
      throw new TypeError(`unknown verdict ${verdict satisfies never}`);
  }
}
