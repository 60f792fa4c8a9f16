import { equal } from "node:assert/strict";
import fc from "fast-check";
import {
  canReopen,
  isLive,
  type ModelProposal,
  merge,
  press,
  pushOn,
  reject,
  removeBranch,
  type SequenceModel,
} from "./sequence-model.ts";
import { expectAnswer, type SequenceWorld } from "./sequence-world.ts";
import { untilIdle } from "./settle.ts";
import { BASE_BRANCHES } from "./stage.ts";

export type SequenceCommand = fc.AsyncCommand<SequenceModel, SequenceWorld>;

/** A command, after which everything that follows from it is awaited and held against the model. */
const command = (
  name: string,
  check: (model: Readonly<SequenceModel>) => boolean,
  run: (model: SequenceModel, world: SequenceWorld) => Promise<unknown>,
): SequenceCommand => ({
  check,
  run: async (model, world) => {
    await run(model, world);
    await world.agree(model);
  },
  toString: () => name,
});

interface About {
  name: string;
  /** Whether it can be done; while the app can't see what happens, only what needs nothing of GitHub is. */
  can?: (proposal: ModelProposal) => boolean;
  whileAway?: boolean;
  run(world: SequenceWorld, proposal: ModelProposal, model: SequenceModel): Promise<unknown>;
}

/** A command about one of the proposals of which it can be done. */
const about = ({ name, can = () => true, whileAway = false, run }: About): fc.Arbitrary<SequenceCommand> =>
  fc.nat({ max: 7 }).map((index) => {
    const chosen = ({ app, proposals }: Readonly<SequenceModel>): ModelProposal | undefined => {
      const able = whileAway || app === "active" ? proposals.filter(can) : [];
      return able[index % Math.max(able.length, 1)];
    };
    return command(
      `${name} ${index}`,
      (model) => chosen(model) !== undefined,
      async (model, world) => {
        const proposal = chosen(model);
        if (proposal !== undefined) await run(world, proposal, model);
      },
    );
  });

const submitCommands = (["none", "new"] as const).map((study) =>
  fc.constant(
    command(
      `submit, study ${study}`,
      () => true,
      ({ proposals }, world) => submitNew(world, proposals, study),
    ),
  ),
);

/** A proposal that nothing stands in the way of. */
export const submitNew = async (
  { stage, operator }: Pick<SequenceWorld, "stage" | "operator">,
  proposals: ModelProposal[],
  study: "none" | "new",
): Promise<void> => {
  const [clusterId = ""] = stage.clusterIds;
  const cast = await stage.draft({ clusterId, study });
  expectAnswer(await operator.submit(cast), 201, null);
  const branch = { owner: null, generation: 0 };
  proposals.push({ cast, status: "pending", failed: false, pull: null, branch });
};

const pressCommand = about({
  name: "press",
  whileAway: true,
  run: async ({ operator }, proposal, model) => {
    const call = await operator.press(proposal.cast);
    if (proposal.status !== "pending") return expectAnswer(call, 409, "INVALID_STATE_TRANSITION");
    if (model.app !== "active") return expectAnswer(call, 503, "GITHUB_NOT_CONFIGURED");
    expectAnswer(call, 202, null);
    press(model, proposal);
  },
});

const isOpen = ({ pull }: ModelProposal): boolean => pull?.state === "open";

const rejectCommand = (name: string, can: (proposal: ModelProposal) => boolean) =>
  about({
    name,
    can,
    run: async ({ operator }, proposal, model) => {
      const call = await operator.reject(proposal.cast, "Not this one.");
      if (!isLive(proposal)) return expectAnswer(call, 409, "INVALID_STATE_TRANSITION");
      expectAnswer(call, 200, null);
      reject(model, proposal);
    },
  });

const operatorCommands = [
  about({
    name: "submit of the same study as",
    whileAway: true,
    can: ({ cast }) => cast.studyId !== null,
    run: async ({ stage, operator }, { cast: other, branch }, { proposals }) => {
      const cast = await stage.draft({ clusterId: other.clusterId, study: other });
      const isTaken = proposals.some((one) => one.branch === branch && isLive(one));
      expectAnswer(await operator.submit(cast), isTaken ? 409 : 201, isTaken ? "PROPOSAL_EXISTS" : null);
      if (!isTaken) proposals.push({ cast, status: "pending", failed: false, pull: null, branch });
    },
  }),
];

/** People may do what the model says they can. */
const done = async (deed: Promise<boolean>): Promise<void> => equal(await deed, true, "GitHub let them");

const pushCommand = (name: string, can: (proposal: ModelProposal) => boolean) =>
  about({
    name,
    can,
    run: async ({ people, repository }, { cast, branch }, model) => {
      await done(people.push(repository, cast.branch));
      pushOn(model, branch);
    },
  });

const peopleCommands = [
  about({
    name: "merge",
    can: isOpen,
    run: async ({ people, pullOf }, proposal, model) => {
      await done(people.merge(await pullOf(proposal)));
      merge(model, proposal);
    },
  }),
  about({
    name: "close",
    can: isOpen,
    run: async ({ people, pullOf }, proposal) => {
      await done(people.close(await pullOf(proposal)));
      if (proposal.pull !== null) proposal.pull.state = "closed";
    },
  }),
  about({
    name: "reopen",
    can: canReopen,
    run: async ({ people, pullOf }, { pull, branch, ...proposal }) => {
      await done(people.reopen(await pullOf({ pull, branch, ...proposal })));
      if (pull !== null && branch.owner !== null) Object.assign(pull, { state: "open", head: branch.owner });
    },
  }),
  about({
    name: "comment /relyloop reject on",
    can: isOpen,
    run: async ({ people, pullOf }, proposal, model) => {
      await done(people.comment(await pullOf(proposal), "/relyloop reject Not good.", "alice"));
      if (isLive(proposal)) reject(model, proposal);
    },
  }),
  pushCommand("push to the branch of", () => true),
  pushCommand("push on top of", isOpen),
  pushCommand("push on top of", isOpen),
  about({
    name: "delete the branch of",
    can: ({ branch }) => branch.owner !== null,
    run: async ({ people, repository }, { cast, branch }, model) => {
      await done(people.deleteBranch(repository, cast.branch));
      removeBranch(model, branch);
    },
  }),
  about({
    name: "restore the branch of",
    can: ({ branch, pull }) => branch.owner === null && pull !== null,
    run: async ({ people, pullOf }, proposal) => {
      await done(people.restoreHead(await pullOf(proposal)));
      const { pull, branch } = proposal;
      if (pull !== null) Object.assign(branch, { owner: pull.head, generation: pull.generation });
    },
  }),
];

const anytime = (name: string, run: (world: SequenceWorld) => Promise<unknown>) =>
  fc.constant(
    command(
      name,
      ({ app }) => app === "active",
      (_, world) => run(world),
    ),
  );

const leaves = (
  name: string,
  to: "suspended" | "uninstalled",
  run: (world: SequenceWorld) => Promise<boolean>,
) =>
  fc.constant(
    command(
      name,
      ({ app }) => app === "active",
      async (model, world) => {
        await done(run(world));
        model.app = to;
      },
    ),
  );

const comesBack = fc.constant(
  command(
    "let the app in again",
    ({ app }) => app !== "active",
    async (model, { owners, repository: { organisation } }) => {
      await done(
        model.app === "suspended" ? owners.suspend(organisation, false) : owners.install(organisation),
      );
      model.app = "active";
    },
  ),
);

const githubCommands = [
  leaves("suspend", "suspended", ({ owners, repository }) => owners.suspend(repository.organisation, true)),
  leaves("uninstall", "uninstalled", ({ owners, repository }) => owners.uninstall(repository.organisation)),
  // Nobody tells of the address of its pull requests; the next poll finds it.
  anytime("rename and poll", async ({ owners, repository, service, takeTurn, signal }) => {
    await done(owners.rename(repository));
    await untilIdle(service, signal);
    await takeTurn("reconcile_pulls");
  }),
  anytime("push to main", ({ people, repository }) => people.push(repository, "main")),
  anytime("poll", ({ takeTurn }) => takeTurn("reconcile_pulls")),
  anytime("redeliver", async ({ service: { sandbox } }) => {
    const last = sandbox.hooks.deliveries().at(-1);
    if (last !== undefined) await sandbox.hooks.redeliver(last.id);
  }),
  fc.constantFrom(...BASE_BRANCHES).map((branch) =>
    command(
      `base ${branch}`,
      () => true,
      (_, { operator, repository }) => operator.moveBase(repository.configRepoId, branch),
    ),
  ),
];

/** Twice in the list is twice as often: without pull requests there is little to do, and without the app even less. */
export const sequenceCommands: fc.Arbitrary<SequenceCommand>[] = [
  ...submitCommands,
  ...Array.from({ length: 8 }, () => pressCommand),
  ...Array.from({ length: 4 }, () => comesBack),
  rejectCommand("reject", () => true),
  ...Array.from({ length: 4 }, () => rejectCommand("reject opened", isOpen)),
  ...operatorCommands,
  ...peopleCommands,
  ...peopleCommands,
  ...githubCommands,
];
