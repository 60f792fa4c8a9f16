import type { ProposalStatus } from "../../src/db/schema.ts";
import type { CastProposal } from "./stage.ts";

/** Our branch's name on GitHub. Proposals of one study share it. */
export interface ModelBranch {
  /** Who made its last commit; null: there is no such branch. */
  owner: "app" | "person" | null;
  /** Grows when it begins anew: a pull request of an earlier one can't go on with it. */
  generation: number;
}

export interface ModelPull {
  state: "open" | "closed" | "merged";
  /** Who made the last commit it has seen. */
  head: "app" | "person";
  generation: number;
}

export interface ModelProposal {
  cast: CastProposal;
  status: ProposalStatus;
  failed: boolean;
  pull: ModelPull | null;
  branch: ModelBranch;
}

/** What there is when nobody does anything before all that follows from the last deed has been done. */
export interface SequenceModel {
  app: "active" | "suspended" | "uninstalled";
  proposals: ModelProposal[];
}

export const isLive = ({ status }: ModelProposal): boolean => status === "pending" || status === "pr_opened";

/** With what happens to open pull requests of a branch that goes. */
export const removeBranch = ({ proposals }: SequenceModel, branch: ModelBranch): void => {
  for (const { pull } of openOn(proposals, branch)) pull.state = "closed";
  branch.owner = null;
};

/** A person pushes to it, and makes it where there is none. */
export const pushOn = ({ proposals }: SequenceModel, branch: ModelBranch): void => {
  if (branch.owner === null) branch.generation++;
  branch.owner = "person";
  for (const { pull } of openOn(proposals, branch)) pull.head = "person";
};

const openOn = (proposals: readonly ModelProposal[], branch: ModelBranch) =>
  proposals.flatMap(({ pull, ...proposal }) =>
    pull !== null &&
    proposal.branch === branch &&
    pull.state === "open" &&
    pull.generation === branch.generation
      ? [{ pull }]
      : [],
  );

/** What a press comes to, the app being active. A person's branch stands in its way, an ended sibling's does not. */
export const press = (model: SequenceModel, proposal: ModelProposal): void => {
  const { branch } = proposal;
  proposal.failed = branch.owner === "person";
  if (proposal.failed) return;
  removeBranch(model, branch);
  branch.generation++;
  branch.owner = "app";
  proposal.status = "pr_opened";
  proposal.pull = { state: "open", head: "app", generation: branch.generation };
};

/** The pull request is closed, and the branch goes unless it has become a person's. */
export const reject = (model: SequenceModel, proposal: ModelProposal): void => {
  const { pull } = proposal;
  proposal.status = "rejected";
  proposal.failed = false;
  if (pull === null) return;
  if (pull.state === "open") pull.state = "closed";
  cleanUp(model, proposal);
};

export const merge = (model: SequenceModel, proposal: ModelProposal): void => {
  if (proposal.pull !== null) proposal.pull.state = "merged";
  proposal.status = "pr_merged";
  cleanUp(model, proposal);
};

const cleanUp = (model: SequenceModel, { branch }: ModelProposal): void => {
  if (branch.owner === "app") removeBranch(model, branch);
};

/** Whether the pull request can go on where it was closed. */
export const canReopen = ({ pull, branch }: ModelProposal): boolean =>
  pull?.state === "closed" && branch.owner !== null && pull.generation === branch.generation;
