import { isoSeconds } from "../site.ts";
import { FOUNDER } from "../state/founder.ts";
import { accountById, accountByLogin, covers, fullName } from "../state/lookup.ts";
import type { InstallationRecord, RepositoryRecord } from "../state/model.ts";
import type { By, World } from "../world.ts";
import type { WorldDeps } from "./create-world.ts";
import { addPerson, findAccount, findRepository, UnknownNameError } from "./find.ts";
import { refuseTaken, repositoryView } from "./world-repositories.ts";

type ChangeWorld = Pick<
  World,
  | "renameAccount"
  | "renameRepository"
  | "transferRepository"
  | "deleteRepository"
  | "archiveRepository"
  | "setDefaultBranch"
>;

/** What becomes of accounts and repositories later. */
export function createChangeWorld(deps: WorldDeps): ChangeWorld {
  const { clock, store, repositories, emit } = deps;
  const { state } = store;
  const now = (): string => isoSeconds(clock.now());
  const sender = (by: By = {}) => addPerson(store, by.person ?? FOUNDER, now());
  const coverOf = (repository: RepositoryRecord): InstallationRecord | undefined =>
    state.installations.find((one) => covers(one, repository));

  return {
    async renameAccount(login, newLogin, by) {
      const account = findAccount(state, login);
      const taken = accountByLogin(state, newLogin);
      if (taken && taken !== account) throw new Error(`${newLogin} exists already.`);
      const from = account.login;
      store.update(() => {
        for (const repository of state.repositories) {
          if (repository.owner_id !== account.id) continue;
          repository.former_names.push(fullName(state, repository).toLowerCase());
          repository.updated_at = now();
        }
        account.login = newLogin;
      });
      const installation = state.installations.find((one) => one.account_id === account.id);
      if (installation) {
        emit({
          event: "installation_target",
          action: "renamed",
          sender: sender(by),
          account,
          from,
          installation,
        });
      }
    },
    async renameRepository(ref, name, by) {
      const repository = findRepository(state, ref);
      const from = repository.name;
      const owner = accountById(state, repository.owner_id).login;
      if (name.toLowerCase() !== from.toLowerCase()) refuseTaken(state, owner, name);
      store.update(() => {
        repository.former_names.push(fullName(state, repository).toLowerCase());
        Object.assign(repository, { name, updated_at: now() });
      });
      emit({ event: "repository", action: "renamed", sender: sender(by), repository, from: { name: from } });
      return repositoryView(deps, repository);
    },
    async transferRepository(ref, newOwner, by) {
      const repository = findRepository(state, ref);
      const owner = findAccount(state, newOwner);
      const before = accountById(state, repository.owner_id);
      if (owner === before) throw new Error(`${newOwner} owns ${repository.name} already.`);
      refuseTaken(state, newOwner, repository.name);
      const old = coverOf(repository);
      store.update(() => {
        repository.former_names.push(fullName(state, repository).toLowerCase());
        Object.assign(repository, { owner_id: owner.id, updated_at: now() });
        if (old) old.repository_ids = old.repository_ids.filter((id) => id !== repository.id);
      });
      const moved = { sender: sender(by), repositories: [repository] };
      if (old) emit({ event: "installation_repositories", action: "removed", installation: old, ...moved });
      // GitHub tells of a transfer only where the repository went, and only when the app is there.
      const installation = coverOf(repository);
      if (installation) {
        const told = { sender: moved.sender, repository, from: { owner: before }, installation };
        emit({ event: "repository", action: "transferred", ...told });
        emit({ event: "installation_repositories", action: "added", installation, ...moved });
      }
      return repositoryView(deps, repository);
    },
    async deleteRepository(ref, by) {
      const repository = findRepository(state, ref);
      const installation = coverOf(repository);
      if (installation) {
        emit({ event: "repository", action: "deleted", sender: sender(by), repository, installation });
      }
      const { id } = repository;
      const stays = (other: { repository_id: number }): boolean => other.repository_id !== id;
      store.update((next) => {
        next.repositories = next.repositories.filter((other) => other.id !== id);
        next.pulls = next.pulls.filter(stays);
        next.comments = next.comments.filter(stays);
        next.reactions = next.reactions.filter(stays);
        next.reviews = next.reviews.filter(stays);
        next.check_suites = next.check_suites.filter(stays);
        next.check_runs = next.check_runs.filter(stays);
        next.statuses = next.statuses.filter(stays);
        for (const one of next.installations)
          one.repository_ids = one.repository_ids.filter((other) => other !== id);
      });
      repositories.remove(repository);
    },
    async archiveRepository(ref, archived = true, by) {
      const repository = findRepository(state, ref);
      if (repository.archived === archived) return;
      store.update(() => Object.assign(repository, { archived, updated_at: now() }));
      const action = archived ? "archived" : "unarchived";
      emit({ event: "repository", action, sender: sender(by), repository });
    },
    async setDefaultBranch(ref, branch, by) {
      const repository = findRepository(state, ref);
      const git = repositories.git(repository);
      if ((await git.tip(`refs/heads/${branch}`)) === null) throw new UnknownNameError(`branch ${branch}`);
      const { default_branch } = repository;
      if (branch === default_branch) return repositoryView(deps, repository);
      await git.setHead(branch);
      store.update(() => Object.assign(repository, { default_branch: branch, updated_at: now() }));
      emit({
        event: "repository",
        action: "edited",
        sender: sender(by),
        repository,
        from: { default_branch },
      });
      return repositoryView(deps, repository);
    },
  };
}
