/**
 * Hidden marks in what the bot writes, so that a later run finds its own pull request and comment again. They inform,
 * they never prove: anybody can write one. The texts around them escape `<`, so that no value from the database can.
 */

export function proposalMarker(proposalId: string): string {
  return `<!-- relyloop-proposal: ${proposalId} -->`;
}

/** A mark of its own: comments with the other one are made unique by deleting all but the oldest. */
export function closeMarker(proposalId: string): string {
  return `<!-- relyloop-closed: ${proposalId} -->`;
}

const MARK = /<!-- relyloop-(?:proposal: |closed: |command:)[0-9a-f-]{1,36} -->/;

/** The mark in a text of ours, by which those of one kind and about one thing are known; null: it has none. */
export function markOf(text: string): string | null {
  return MARK.exec(text)?.[0] ?? null;
}
