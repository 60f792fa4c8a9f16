/**
 * The branch a proposal's commits go to (design, section 9). One study has at most one live proposal, so its
 * proposals share a name; one made by hand has a name of its own.
 */
export function branchName(proposal: { id: string; study_id: string | null }): string {
  return proposal.study_id === null
    ? `relyloop/proposal-${proposal.id}`
    : `relyloop/study-${proposal.study_id}`;
}
