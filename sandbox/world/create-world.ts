import type { Clock } from "../../src/clock.ts";
import type { EmitHookEvent } from "../hooks/hook-event.ts";
import type { Pulls } from "../pulls/pulls.ts";
import { isoSeconds, type Site } from "../site.ts";
import { accountById } from "../state/lookup.ts";
import type { Repositories } from "../state/repositories.ts";
import type { Store } from "../state/store.ts";
import type { CommentView, World } from "../world.ts";
import { addPerson, findAccount, findRepository } from "./find.ts";
import { pullView } from "./pull-view.ts";
import { createBranchWorld } from "./world-branches.ts";
import { createBulkWorld } from "./world-bulk.ts";
import { createChangeWorld } from "./world-changes.ts";
import { createInstallationWorld } from "./world-installations.ts";
import { createRepositoryWorld } from "./world-repositories.ts";

export interface WorldDeps {
  site: Site;
  clock: Clock;
  store: Store;
  repositories: Repositories;
  pulls: Pulls;
  emit: EmitHookEvent;
}

export function createWorld(deps: WorldDeps): World {
  const { clock, store, pulls } = deps;
  const { state } = store;
  const now = (): string => isoSeconds(clock.now());
  const installations = createInstallationWorld(deps);

  return {
    get app() {
      const { id, slug, bot_id } = state.app;
      return { id, slug, bot_id, bot_login: accountById(state, bot_id).login };
    },
    createOrganization: async (login) => addPerson(store, login, now(), "Organization"),
    createPerson: async (login) => addPerson(store, login, now()),
    async setCollaborator(repository, person, role) {
      const record = findRepository(state, repository);
      const { id } = addPerson(store, person, now());
      store.update(() => {
        record.collaborators[String(id)] = role;
      });
    },
    async addMember(organization, person) {
      const account = findAccount(state, organization);
      const { id } = addPerson(store, person, now());
      store.update(() => {
        account.member_ids = [...new Set([...account.member_ids, id])];
      });
    },
    ...createRepositoryWorld(deps, installations),
    ...createChangeWorld(deps),
    ...installations,
    ...createBranchWorld(deps),
    ...createBulkWorld(deps),
    useStatelessTokens: async (on) =>
      store.update((next) => {
        next.settings.stateless_tokens = on;
      }),
    async pulls(ref) {
      const repository = findRepository(state, ref);
      return (await pulls.list(repository)).map((pull) => pullView(deps, repository, pull));
    },
    async comments(ref, number) {
      const repository = findRepository(state, ref);
      return state.comments
        .filter((comment) => comment.repository_id === repository.id && comment.number === number)
        .map(({ id, user_id, body, created_at, updated_at }): CommentView => {
          return { id, user: accountById(state, user_id).login, body, created_at, updated_at };
        });
    },
  };
}
