import { GitHubError, validationFailed } from "../github-error.ts";
import type { People } from "../people.ts";
import type { PullChange } from "../pulls/pulls.ts";
import { FOUNDER } from "../state/founder.ts";
import { repositoryById } from "../state/lookup.ts";
import type { World } from "../world.ts";
import { enter, enterPull, mustOwnOrWrite, mustWrite, type PullScene } from "./acting.ts";
import type { WorldDeps } from "./create-world.ts";
import { pullView } from "./pull-view.ts";

type PullPeople = Pick<
  People,
  | "openPull"
  | "mergePull"
  | "closePull"
  | "reopenPull"
  | "convertToDraft"
  | "readyForReview"
  | "editPull"
  | "pushToHead"
  | "pushToBase"
  | "resetHead"
  | "deleteHeadBranch"
  | "restoreHeadBranch"
>;
type Branches = Pick<World, "pushAs" | "setBranch" | "deleteBranch">;

/** What people do with a pull request and its branches. */
export function createPullPeople(deps: WorldDeps, world: Branches): PullPeople {
  const { store, pulls } = deps;

  /** By its author, and by who may write to the repository. */
  const change = async (scene: PullScene, values: PullChange): Promise<void> => {
    mustOwnOrWrite(scene, scene.pull);
    await pulls.update(scene.repository, scene.pull.number, values, scene.who);
  };
  /** The repository of the head branch, which somebody has to be able to write to. */
  const headOf = (scene: PullScene): number => {
    const repository = repositoryById(store.state, scene.pull.head_repository_id);
    if (!repository) throw new GitHubError(422, "The head repository was deleted.");
    mustWrite({ ...scene, repository });
    return repository.id;
  };

  return {
    async openPull(ref, { person, title, head, base, body = null, draft = false }) {
      const { repository, who } = enter(deps, ref, person);
      const texts = { title, body, draft, maintainer_can_modify: true };
      const branches = { head, base: base ?? repository.default_branch };
      return pullView(deps, repository, await pulls.create(repository, who, { ...texts, ...branches }));
    },
    async mergePull(ref, number, { person, method = "merge" } = {}) {
      const scene = await enterPull(deps, ref, number, person);
      mustWrite(scene);
      return pulls.merge(scene.repository, number, scene.who, { method });
    },
    closePull: async (ref, number, { person } = {}) =>
      change(await enterPull(deps, ref, number, person), { state: "closed" }),
    reopenPull: async (ref, number, { person } = {}) =>
      change(await enterPull(deps, ref, number, person), { state: "open" }),
    convertToDraft: async (ref, number, { person } = {}) =>
      change(await enterPull(deps, ref, number, person), { draft: true }),
    readyForReview: async (ref, number, { person } = {}) =>
      change(await enterPull(deps, ref, number, person), { draft: false }),
    editPull: async (ref, number, { person, ...texts }) =>
      change(await enterPull(deps, ref, number, person), texts),

    async pushToHead(ref, number, { person = FOUNDER, files, message } = {}) {
      const scene = await enterPull(deps, ref, number, person);
      const { pull, now } = scene;
      const given = files ?? { "NOTES.md": `More at ${now} (${pull.head_sha.slice(0, 7)}).\n` };
      const options = { message: message ?? "Add to it" };
      return world.pushAs(person, headOf(scene), pull.head_ref, given, options);
    },
    async pushToBase(ref, number, { person = FOUNDER } = {}) {
      const scene = await enterPull(deps, ref, number, person);
      mustWrite(scene);
      const { repository, pull, now } = scene;
      const files = { "NOTES.md": `Base moved on at ${now} (${pull.base_tip.slice(0, 7)}).\n` };
      return world.pushAs(person, repository.id, pull.base_ref, files, { message: "Note something else" });
    },
    async resetHead(ref, number, { person = FOUNDER, to } = {}) {
      const scene = await enterPull(deps, ref, number, person);
      await world.setBranch(headOf(scene), scene.pull.head_ref, to ?? scene.pull.base_tip, { person });
    },
    async deleteHeadBranch(ref, number, { person = FOUNDER } = {}) {
      const scene = await enterPull(deps, ref, number, person);
      await world.deleteBranch(headOf(scene), scene.pull.head_ref, { person });
    },
    async restoreHeadBranch(ref, number, { person = FOUNDER } = {}) {
      const scene = await enterPull(deps, ref, number, person);
      const id = headOf(scene);
      const { head_ref, head_sha } = scene.pull;
      const repository = repositoryById(store.state, id);
      if (repository && deps.repositories.tips(repository).read(`refs/heads/${head_ref}`) !== null) {
        const message = `The ${head_ref} branch exists already.`;
        throw validationFailed({ resource: "PullRequest", code: "custom", field: "head", message });
      }
      await world.setBranch(id, head_ref, head_sha, { person });
    },
  };
}
