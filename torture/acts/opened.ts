import assert from "node:assert/strict";
import { STEP_NAMES } from "../../src/jobs/open-pr/fence.ts";
import { proposalMarker } from "../../src/proposals/pr-text/marker.ts";
import type { ProposalBody } from "../../test/support/api.ts";
import type { Stage } from "../boundaries/stage.ts";
import { ownChecksOn } from "./github-state.ts";
import { assertTold, timelineOf } from "./timeline.ts";

/** The params file, and the chart. */
const COMMITS = "2";

export interface OpenedScene {
  proposalId: string;
  branch: string;
}

/** One branch with exactly our commits, one pull request, one comment, one check, and a row and a timeline that say so. */
export const assertOpened = async (
  stage: Stage,
  { proposalId, branch }: OpenedScene,
): Promise<ProposalBody> => {
  const { service, scenario } = stage;
  const { sandbox, api } = service;
  const { id } = scenario.repository;
  const proposal = await api.proposal(proposalId);
  assert.equal(proposal.status, "pr_opened", `the proposal is ${describe(proposal)}`);

  const pulls = (await sandbox.pulls(id)).filter(({ head }) => head.ref === branch);
  assert.equal(pulls.length, 1, `there are ${pulls.length} pull requests`);
  const [pull] = pulls;
  assert.equal(pull?.html_url, proposal.pr_url);
  assert.equal(pull?.head.sha, proposal.pr_head_sha);
  assert.equal(await sandbox.branchTip(id, branch), proposal.pr_head_sha, "the branch is at our head");
  const base = proposal.pr_base_sha ?? "";
  assert.equal((await sandbox.git(id, "rev-list", "--count", `${base}..${branch}`)).trim(), COMMITS);
  const authors = await sandbox.git(id, "log", "--format=%an", `${base}..${branch}`);
  assert.deepEqual([...new Set(authors.trim().split("\n"))], [sandbox.app.bot_login]);

  const comments = (await sandbox.comments(id, pull?.number ?? 0)).filter(({ body }) =>
    body.includes(proposalMarker(proposalId)),
  );
  assert.equal(comments.length, 1, `there are ${comments.length} comments of ours`);
  const checks = await ownChecksOn(stage, proposal.pr_head_sha ?? "");
  assert.equal(checks.length, 1, `there are ${checks.length} check runs of ours`);
  assert.equal(checks[0]?.external_id, proposalId);

  const timeline = await timelineOf(stage, proposalId);
  assertTold(timeline, ["proposal_created", "open_pr_requested", "pr_opened"]);
  const steps = new Set(timeline.map(({ data }) => data.step));
  assert.deepEqual(
    STEP_NAMES.filter((name) => !steps.has(name)),
    [],
    "every step stands on the timeline",
  );
  return proposal;
};

const describe = ({ status, open_pr }: ProposalBody): string =>
  `${status}, ${open_pr.state} ${open_pr.step ?? ""} ${JSON.stringify(open_pr.error)}`;

/** One that is open: what another act has left, or a new one. */
export const openedProposal = async (stage: Stage): Promise<OpenedScene & { number: number }> =>
  stage.opened.pop() ?? openUndisturbed(stage);

/** One that is made and opened now: what was merged before is in its base, so that nothing keeps it from being merged. */
export const openUndisturbed = async (stage: Stage): Promise<OpenedScene & { number: number }> => {
  const { proposalId, branch } = await stage.propose();
  const proposal = await stage.service.api.open(proposalId);
  assert.equal(proposal.status, "pr_opened", `the proposal is ${describe(proposal)}`);
  await stage.settled();
  return { proposalId, branch, number: proposal.pr_number ?? 0 };
};
