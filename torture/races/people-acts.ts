import type { Act, Scene } from "./act.ts";
import { pickProposal } from "./operator-acts.ts";
import type { PeoplesPull } from "./people.ts";
import { BASE_BRANCHES, type StageRepository } from "./stage.ts";

/** People look at the first few of the list. */
const LOOKED_AT_MAX = 6;

const withPull =
  (run: (scene: Scene, pull: PeoplesPull) => Promise<unknown>): Act["run"] =>
  async (scene): Promise<unknown> => {
    const { stage, people, random } = scene;
    for (const repository of random.some(stage.repositories, stage.repositories.length)) {
      const pulls = (await people.pulls(repository)).slice(0, LOOKED_AT_MAX);
      if (pulls.length > 0) return run(scene, random.pick(pulls));
    }
  };

/** A repository, and the branch of a proposal, which may or may not be in it. */
const withBranch =
  (
    run: (scene: Scene, at: { repository: StageRepository; branch: string }) => Promise<unknown>,
  ): Act["run"] =>
  async (scene) => {
    const { stage, random } = scene;
    const proposal = pickProposal(scene);
    if (proposal === undefined) return;
    // Mostly where its pull request would go.
    const home = stage.repositories[stage.clusterIds.indexOf(proposal.clusterId)];
    const repository = home !== undefined && random.below(4) > 0 ? home : random.pick(stage.repositories);
    await run(scene, { repository, branch: proposal.branch });
  };

/** What people do on GitHub with our pull requests, with their own, and with branches. */
export const peopleActs: readonly Act[] = [
  { weight: 7, run: withPull(({ people }, pull) => people.merge(pull)) },
  { weight: 6, run: withPull(({ people }, pull) => people.close(pull)) },
  { weight: 8, run: withPull(({ people }, pull) => people.reopen(pull)) },
  { weight: 3, run: withPull(({ people, random }, pull) => people.setDraft(pull, random.below(2) === 0)) },
  {
    weight: 3,
    run: withPull(({ people, random }, pull) => people.changeBase(pull, random.pick(BASE_BRANCHES))),
  },
  { weight: 5, run: withPull(({ people }, pull) => people.pushToHead(pull)) },
  { weight: 4, run: withPull(({ people }, pull) => people.restoreHead(pull)) },
  {
    weight: 3,
    run: withPull(({ people }, pull) => people.comment(pull, "/relyloop reject Not good.", "alice")),
  },
  { weight: 1, run: withPull(({ people }, pull) => people.comment(pull, "/relyloop reject", "mallory")) },
  { weight: 2, run: withPull(({ people }, pull) => people.comment(pull, "/relyloop refresh", "alice")) },
  {
    weight: 2,
    run: withPull(({ people, random }, pull) =>
      people.review(pull, random.pick(["approved", "changes_requested"] as const)),
    ),
  },
  {
    weight: 2,
    run: withPull(({ people, random }, pull) =>
      people.setStatus(pull, random.pick(["pending", "success", "failure"] as const)),
    ),
  },
  {
    weight: 4,
    run: ({ stage, people, random }) =>
      people.push(random.pick(stage.repositories), random.pick(BASE_BRANCHES)),
  },
  { weight: 3, run: withBranch(({ people }, { repository, branch }) => people.push(repository, branch)) },
  {
    weight: 5,
    run: withBranch(({ people }, { repository, branch }) => people.deleteBranch(repository, branch)),
  },
  {
    weight: 1,
    run: withBranch(({ people }, { repository, branch }) => people.openFromFork(repository, branch)),
  },
  { weight: 1, run: ({ stage, people, random }) => people.openOwn(random.pick(stage.repositories)) },
];
