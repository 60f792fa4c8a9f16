import { isoSeconds } from "../site.ts";
import { FOUNDER } from "../state/founder.ts";
import { accountById, accountByLogin, coveredRepositories, fullName } from "../state/lookup.ts";
import type { InstallationRecord, Permissions, RepositoryRecord, State } from "../state/model.ts";
import { takeId } from "../state/store.ts";
import type { By, InstallationView, World } from "../world.ts";
import type { WorldDeps } from "./create-world.ts";
import { addPerson, findAccount, findInstallation, findRepository } from "./find.ts";
import { createPermissionWorld } from "./world-permissions.ts";

type InstallationWorld = Pick<
  World,
  | "installation"
  | "install"
  | "suspend"
  | "unsuspend"
  | "uninstall"
  | "addRepository"
  | "removeRepository"
  | "selectRepositories"
  | "setPermissions"
  | "acceptPermissions"
  | "setAppPermissions"
>;

export function createInstallationWorld(deps: WorldDeps): InstallationWorld {
  const { clock, store, emit } = deps;
  const { state } = store;
  const now = (): string => isoSeconds(clock.now());
  const sender = (by: By = {}) => addPerson(store, by.person ?? FOUNDER, now());

  /** Tells of what came and what went, as GitHub does: each in an event of its own. */
  function select(id: number, values: Partial<InstallationRecord>, by?: By): void {
    const installation = findInstallation(state, id);
    const before = coveredRepositories(state, installation);
    store.update(() => Object.assign(installation, values, { updated_at: now() }));
    const after = coveredRepositories(state, installation);
    const tell = (action: "added" | "removed", repositories: RepositoryRecord[]): void => {
      if (repositories.length === 0) return;
      emit({ event: "installation_repositories", action, sender: sender(by), installation, repositories });
    };
    tell("added", without(after, before));
    tell("removed", without(before, after));
  }
  function suspend(id: number, suspended: boolean, by?: By): void {
    const installation = findInstallation(state, id);
    if ((installation.suspended_at !== null) === suspended) return;
    store.update(() =>
      Object.assign(installation, { suspended_at: suspended ? now() : null, updated_at: now() }),
    );
    const repositories = coveredRepositories(state, installation);
    const action = suspended ? "suspend" : "unsuspend";
    emit({ event: "installation", action, sender: sender(by), installation, repositories });
  }

  return {
    installation(account) {
      const id = typeof account === "string" ? accountByLogin(state, account)?.id : undefined;
      const found = state.installations.find((one) =>
        id === undefined ? one.id === account : one.account_id === id,
      );
      return found && installationView(state, found);
    },
    async install(login, options = {}) {
      const account = findAccount(state, login);
      if (state.installations.some((one) => one.account_id === account.id)) {
        throw new Error(`The app is installed on ${login} already.`);
      }
      const wanted = options.repositories ?? "all";
      const ids = wanted === "all" ? [] : wanted.map((ref) => findRepository(state, ref).id);
      const installation = store.update((next) => {
        const record: InstallationRecord = {
          id: takeId(next),
          account_id: account.id,
          repository_selection: wanted === "all" ? "all" : "selected",
          repository_ids: ids,
          permissions: { ...((options.permissions as Permissions | undefined) ?? next.app.permissions) },
          suspended_at: null,
          created_at: now(),
          updated_at: now(),
        };
        next.installations.push(record);
        return record;
      });
      const repositories = coveredRepositories(state, installation);
      emit({ event: "installation", action: "created", sender: sender(options), installation, repositories });
      return installationView(state, installation);
    },
    suspend: async (id, by) => suspend(id, true, by),
    unsuspend: async (id, by) => suspend(id, false, by),
    async uninstall(id, by) {
      const installation = findInstallation(state, id);
      const repositories = coveredRepositories(state, installation);
      store.update((next) => {
        next.installations = next.installations.filter((one) => one.id !== id);
        next.tokens = next.tokens.filter((token) => token.installation_id !== id);
      });
      emit({ event: "installation", action: "deleted", sender: sender(by), installation, repositories });
    },
    async addRepository(id, ref, by) {
      const ids = findInstallation(state, id).repository_ids;
      select(id, { repository_ids: [...new Set([...ids, findRepository(state, ref).id])] }, by);
    },
    async removeRepository(id, ref, by) {
      const repository = findRepository(state, ref);
      const covered = coveredRepositories(state, findInstallation(state, id)).map((one) => one.id);
      // Leaving one out of "all" means having selected the others.
      const repository_ids = covered.filter((one) => one !== repository.id);
      select(id, { repository_selection: "selected", repository_ids }, by);
    },
    async selectRepositories(id, wanted, by) {
      const all = wanted === "all";
      const repository_ids = all ? [] : wanted.map((ref) => findRepository(state, ref).id);
      select(id, { repository_selection: all ? "all" : "selected", repository_ids }, by);
    },
    ...createPermissionWorld(deps),
  };
}

function without(all: readonly RepositoryRecord[], known: readonly RepositoryRecord[]): RepositoryRecord[] {
  const ids = new Set(known.map(({ id }) => id));
  return all.filter(({ id }) => !ids.has(id));
}

function installationView(state: State, installation: InstallationRecord): InstallationView {
  const account = accountById(state, installation.account_id);
  return {
    id: installation.id,
    account_login: account.login,
    account_id: account.id,
    suspended: installation.suspended_at !== null,
    repository_selection: installation.repository_selection,
    repositories: coveredRepositories(state, installation).map((repository) => fullName(state, repository)),
    permissions: { ...installation.permissions },
  };
}
