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
