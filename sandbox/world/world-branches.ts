import { emailOf } from "../answers/commit.ts";
import { GitHubError } from "../github-error.ts";
import { isoSeconds } from "../site.ts";
import { FOUNDER } from "../state/founder.ts";
import type { RepositoryRecord } from "../state/model.ts";
import type { By, World } from "../world.ts";
import type { WorldDeps } from "./create-world.ts";
import { addPerson, findRepository } from "./find.ts";

type BranchWorld = Pick<World, "pushAs" | "deleteBranch" | "setBranch" | "branchTip" | "git">;

/** What moves branches; the pull requests they belong to follow at once. */
export function createBranchWorld({ site, clock, store, repositories, pulls }: WorldDeps): BranchWorld {
  const { state } = store;
  const now = (): string => isoSeconds(clock.now());
  const sender = ({ person = FOUNDER }: By = {}) => addPerson(store, person, now());
  const pushed = (repository: RepositoryRecord): unknown =>
    store.update(() => Object.assign(repository, { pushed_at: now() }));

  return {
    pushAs(person, ref, branch, files, options = {}) {
      const repository = findRepository(state, ref);
      const author = sender({ person });
      const git = repositories.git(repository);
      return pulls.push(repository, author, async () => {
        const tip = await git.tip(`refs/heads/${branch}`);
        const start = options.parent ?? tip ?? (await git.tip(`refs/heads/${repository.default_branch}`));
        const oid = await git.import({
          branch,
          parent: start,
          files,
          message: options.message ?? `Change ${Object.keys(files).join(", ")}`,
          author: { name: author.login, email: emailOf(site, author), date: now() },
          force: options.parent !== undefined,
        });
        pushed(repository);
        return oid;
      });
    },
    async deleteBranch(ref, branch, by) {
      const repository = findRepository(state, ref);
      if (branch === repository.default_branch)
        throw new GitHubError(422, "Cannot delete the default branch");
      await pulls.push(repository, sender(by), async () => {
        await repositories.git(repository).deleteRef(`refs/heads/${branch}`);
        pushed(repository);
      });
    },
    async setBranch(ref, branch, sha, by) {
      const repository = findRepository(state, ref);
      await pulls.push(repository, sender(by), async () => {
        const moved = await repositories.git(repository).updateRef(`refs/heads/${branch}`, sha);
        if (!moved) throw new GitHubError(422, "Reference update failed");
        pushed(repository);
      });
    },
    async branchTip(ref, branch) {
      return repositories.git(findRepository(state, ref)).tip(`refs/heads/${branch}`);
    },
    async git(ref, ...args) {
      const repository = findRepository(state, ref);
      return pulls.push(repository, sender(), () => repositories.git(repository).run(args));
    },
  };
}
