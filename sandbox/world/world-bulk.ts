import { emailOf } from "../answers/commit.ts";
import { importBranches } from "../git/import-branches.ts";
import { nextNumber, refuseSecond } from "../pulls/open-pull.ts";
import { isoSeconds } from "../site.ts";
import { accountById } from "../state/lookup.ts";
import type { PullRecord } from "../state/model.ts";
import { takeId } from "../state/store.ts";
import type { BulkPull, World } from "../world.ts";
import type { WorldDeps } from "./create-world.ts";
import { addPerson, findRepository, UnknownNameError } from "./find.ts";
import { pullView } from "./pull-view.ts";

/** Opens many pull requests with one git process and one write of the state. */
export function createBulkWorld(deps: WorldDeps): Pick<World, "openPulls"> {
  const { site, clock, store, repositories } = deps;
  const { state } = store;

  return {
    async openPulls(ref, wanted, { person, base: baseName } = {}) {
      const repository = findRepository(state, ref);
      const now = isoSeconds(clock.now());
      const author =
        person === undefined ? accountById(state, state.app.bot_id) : addPerson(store, person, now);
      const base_ref = baseName ?? repository.default_branch;
      const git = repositories.git(repository);
      const base = await git.tip(`refs/heads/${base_ref}`);
      if (base === null) throw new UnknownNameError(`branch ${base_ref}`);

      const first = nextNumber(state, repository);
      const pulls = typeof wanted === "number" ? numbered(first, wanted) : wanted;
      for (const { head: head_ref } of pulls)
        refuseSecond(state, repository, { head_repository_id: repository.id, head_ref, base_ref });
      const tips = await importBranches(
        git.dir,
        base,
        { name: author.login, email: emailOf(site, author), date: now },
        pulls.map(({ title, head, files }, index) => ({
          refs: [`refs/heads/${head}`, `refs/pull/${first + index}/head`],
          message: title,
          files: files ?? { [`bulk/${head.replaceAll("/", "-")}.txt`]: `${head}\n` },
        })),
      );
      const made = store.update((next) => {
        const records = pulls.map(({ title, head, body }, index): PullRecord => {
          return {
            id: takeId(next),
            repository_id: repository.id,
            number: first + index,
            title,
            body: body ?? null,
            user_id: author.id,
            draft: false,
            maintainer_can_modify: false,
            state: "open",
            head_repository_id: repository.id,
            head_ref: head,
            head_sha: tips[index] ?? base,
            base_ref,
            base_sha: base,
            base_tip: base,
            created_at: now,
            updated_at: now,
            closed_at: null,
            merged_at: null,
            merged_by_id: null,
            merge_commit_sha: null,
          };
        });
        next.pulls.push(...records);
        return records;
      });
      return made.map((pull) => pullView(deps, repository, pull));
    },
  };
}

const numbered = (first: number, count: number): BulkPull[] =>
  Array.from({ length: count }, (_, index) => {
    return { title: `Change ${first + index}`, head: `bulk/${first + index}` };
  });
