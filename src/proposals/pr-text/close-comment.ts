import type { Actor } from "../actor.ts";
import { escapeBlock } from "../markdown.ts";
import { actorSentence } from "./actor-sentence.ts";
import { closeMarker } from "./marker.ts";

export interface Rejection {
  proposalId: string;
  /** What the operator wrote, if anything. */
  reason: string | null;
  /** null: not known any more. */
  rejectedBy: Actor | null;
}

const REASON_CODE_POINTS_MAX = 10_000;

/** The comment that explains why the bot closes a pull request, GitHub Markdown. */
export function closeComment({ proposalId, reason, rejectedBy }: Rejection): string {
  const who = rejectedBy === null ? "Rejected." : actorSentence("Rejected", rejectedBy);
  const text = escapeBlock(reason ?? "", REASON_CODE_POINTS_MAX);
  const sections = [
    `${who} RelyLoop closes this pull request and deletes its branch; the proposal is kept there.`,
  ];
  if (text !== "") sections.push("Reason:", text.replace(/^/gm, "> "));
  return [...sections, closeMarker(proposalId)].join("\n\n");
}
