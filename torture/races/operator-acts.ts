import type { Act, Scene } from "./act.ts";
import { unfinishedJobs } from "./settle.ts";
import { BASE_BRANCHES, type CastProposal } from "./stage.ts";

/** Few at a time, so that everybody meets at the same ones; the older ones rest. */
const ON_STAGE_MAX = 12;
/** While so many jobs are waiting nobody adds a proposal: what the app writes to one installation is paced. */
const JOBS_WAITING_MAX = 8;

/** The newer ones more often than the older ones. */
export const pickProposal = ({
  stage,
  random,
}: Pick<Scene, "stage" | "random">): CastProposal | undefined => {
  const present = stage.cast.slice(-ON_STAGE_MAX);
  if (present.length === 0) return undefined;
  return present[Math.max(random.below(present.length), random.below(present.length))];
};

const withProposal =
  (run: (scene: Scene, proposal: CastProposal) => Promise<unknown>): Act["run"] =>
  async (scene) => {
    const proposal = pickProposal(scene);
    if (proposal !== undefined) await run(scene, proposal);
  };

const submit =
  (study: "none" | "new"): Act["run"] =>
  async ({ service, stage, operator, random }) => {
    const clusterId = random.pick(stage.clusterIds);
    if ((await unfinishedJobs(service.db)).length > JOBS_WAITING_MAX) return;
    await operator.submit(await stage.draft({ clusterId, study }));
  };

/** What the proposals UI and the tuner ask of the internal API. */
export const operatorActs: readonly Act[] = [
  { weight: 5, run: submit("none") },
  { weight: 7, run: submit("new") },
  {
    // Refused while the study has another one.
    weight: 8,
    run: withProposal(async ({ stage, operator }, other) => {
      const study = other.studyId === null ? "none" : other;
      return operator.submit(await stage.draft({ clusterId: other.clusterId, study }));
    }),
  },
  { weight: 2, run: withProposal(({ operator }, proposal) => operator.submit(proposal)) },
  { weight: 34, run: withProposal(({ operator }, proposal) => operator.press(proposal)) },
  {
    weight: 4,
    run: withProposal(({ operator }, proposal) =>
      Promise.all([operator.press(proposal), operator.press(proposal)]),
    ),
  },
  { weight: 9, run: withProposal(({ operator }, proposal) => operator.reject(proposal, "Not this one.")) },
  {
    weight: 2,
    run: withProposal(({ operator }, proposal) =>
      Promise.all([operator.press(proposal), operator.reject(proposal, "On second thoughts.")]),
    ),
  },
  { weight: 22, run: withProposal(({ operator }, proposal) => operator.read(proposal)) },
  { weight: 4, run: withProposal(({ operator }, proposal) => operator.preview(proposal)) },
  {
    weight: 4,
    run: ({ stage, operator, random }) => {
      const { configRepoId } = random.pick(stage.repositories);
      // Now and then a cluster is left without one.
      return operator.moveCluster(random.pick(stage.clusterIds), random.below(8) === 0 ? null : configRepoId);
    },
  },
  {
    weight: 3,
    run: ({ stage, operator, random }) =>
      operator.moveBase(random.pick(stage.repositories).configRepoId, random.pick(BASE_BRANCHES)),
  },
];
