import type { People } from "../people.ts";
import { addComment } from "../pulls/add-comment.ts";
import { isoSeconds } from "../site.ts";
import type { AccountRecord, PullRecord, RepositoryRecord, ReviewRecord } from "../state/model.ts";
import { takeId } from "../state/store.ts";
import type { RepositoryRef, World } from "../world.ts";
import type { WorldDeps } from "./create-world.ts";
import { addPerson, findRepository } from "./find.ts";

const DEFAULT_PERSON = "alice";
const DEFAULT_CONTEXT = "ci/build";

interface Acting {
  repository: RepositoryRecord;
  pull: PullRecord;
  who: AccountRecord;
  now: string;
}

/** Everything throws the refusal GitHub would show when it isn't possible. */
export function createPeople(deps: WorldDeps, world: Pick<World, "pushAs">): People {
  const { clock, store, pulls } = deps;

  async function acting(ref: RepositoryRef, number: number, person = DEFAULT_PERSON): Promise<Acting> {
    const repository = findRepository(store.state, ref);
    const now = isoSeconds(clock.now());
    const pull = await pulls.get(repository, number);
    return { repository, pull, who: addPerson(store, person, now), now };
  }

  return {
    async mergePull(ref, number, { person, method = "merge" } = {}) {
      const { repository, who } = await acting(ref, number, person);
      return pulls.merge(repository, number, who, { method });
    },
    async closePull(ref, number, { person } = {}) {
      const { repository } = await acting(ref, number, person);
      await pulls.update(repository, number, { state: "closed" });
    },
    async reopenPull(ref, number, { person } = {}) {
      const { repository } = await acting(ref, number, person);
      await pulls.update(repository, number, { state: "open" });
    },
    async reviewPull(ref, number, { state, body = "", person }) {
      const { repository, pull, who, now } = await acting(ref, number, person);
      store.update((next) => {
        const review: ReviewRecord = {
          id: takeId(next),
          repository_id: repository.id,
          number,
          user_id: who.id,
          body,
          state: REVIEW_STATES[state],
          commit_id: pull.head_sha,
          submitted_at: now,
        };
        next.reviews.push(review);
        pull.updated_at = now;
      });
    },
    async commentOnPull(ref, number, { body, person }) {
      const { repository, who, now } = await acting(ref, number, person);
      const comment = addComment(store, { repository, number, user: who, body, at: now });
      const { id, created_at, updated_at } = comment;
      return { id, user: who.login, body, created_at, updated_at };
    },
    async setStatus(ref, number, { state, context = DEFAULT_CONTEXT, description, person }) {
      const { repository, pull, who, now } = await acting(ref, number, person);
      store.update((next) => {
        const times = { created_at: now, updated_at: now };
        const subject = {
          id: takeId(next),
          repository_id: repository.id,
          sha: pull.head_sha,
          creator_id: who.id,
        };
        next.statuses.push({
          ...subject,
          state,
          context,
          description: description ?? null,
          target_url: null,
          ...times,
        });
      });
    },
    async pushToBase(ref, number, { person = DEFAULT_PERSON } = {}) {
      const { repository, pull, now } = await acting(ref, number, person);
      const files = { "NOTES.md": `Base moved on at ${now} (${pull.base_tip.slice(0, 7)}).\n` };
      return world.pushAs(person, repository.id, pull.base_ref, files, { message: "Note something else" });
    },
  };
}

const REVIEW_STATES = {
  approved: "APPROVED",
  changes_requested: "CHANGES_REQUESTED",
  commented: "COMMENTED",
} as const;
