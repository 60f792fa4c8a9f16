import type { Clock } from "../../src/clock.ts";
import { emailOf } from "../answers/commit.ts";
import type { Pulls } from "../pulls/pulls.ts";
import { isoSeconds, type Site } from "../site.ts";
import { accountById, fullName } from "../state/lookup.ts";
import type { PullRecord, RepositoryRecord } from "../state/model.ts";
import type { Repositories } from "../state/repositories.ts";
import type { Store } from "../state/store.ts";
import type { CommentView, PullView, World } from "../world.ts";
import { addPerson, findRepository } from "./find.ts";
import { createInstallationWorld } from "./world-installations.ts";
import { createRepositoryWorld } from "./world-repositories.ts";

export interface WorldDeps {
  site: Site;
  clock: Clock;
  store: Store;
  repositories: Repositories;
  pulls: Pulls;
}

export function createWorld(deps: WorldDeps): World {
  const { site, clock, store, repositories, pulls } = deps;
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
    async setCollaborator(repository, person, permission) {
      const record = findRepository(state, repository);
      const { id } = addPerson(store, person, now());
      store.update(() => {
        record.collaborators[String(id)] = permission;
      });
    },
    ...createRepositoryWorld(deps, installations),
    ...installations,
    useStatelessTokens: async (on) =>
      store.update((next) => {
        next.settings.stateless_tokens = on;
      }),

    async pushAs(person, ref, branch, files, options = {}) {
      const repository = findRepository(state, ref);
      const author = addPerson(store, person, now());
      const git = repositories.git(repository);
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
      store.update(() => Object.assign(repository, { pushed_at: now() }));
      await pulls.list(repository);
      return oid;
    },
    async deleteBranch(ref, branch) {
      const repository = findRepository(state, ref);
      await repositories.git(repository).deleteRef(`refs/heads/${branch}`);
      await pulls.list(repository);
    },
    branchTip: (ref, branch) => repositories.git(findRepository(state, ref)).tip(`refs/heads/${branch}`),
    git: (ref, ...args) => repositories.git(findRepository(state, ref)).run(args),
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

function pullView({ site, store }: WorldDeps, repository: RepositoryRecord, pull: PullRecord): PullView {
  return {
    id: pull.id,
    number: pull.number,
    title: pull.title,
    body: pull.body,
    user: accountById(store.state, pull.user_id).login,
    state: pull.state,
    merged: pull.merged_at !== null,
    head: { ref: pull.head_ref, sha: pull.head_sha },
    base: { ref: pull.base_ref, sha: pull.base_sha },
    created_at: pull.created_at,
    closed_at: pull.closed_at,
    merged_at: pull.merged_at,
    merge_commit_sha: pull.merge_commit_sha,
    html_url: `${site.url}/${fullName(store.state, repository)}/pull/${pull.number}`,
  };
}
