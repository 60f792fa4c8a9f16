import { isoSeconds } from "../site.ts";
import { accountById, accountByLogin, coveredRepositories, fullName } from "../state/lookup.ts";
import type { InstallationRecord, Permissions, State } from "../state/model.ts";
import { takeId } from "../state/store.ts";
import type { InstallationView, World } from "../world.ts";
import type { WorldDeps } from "./create-world.ts";
import { findAccount, findInstallation, findRepository } from "./find.ts";

type InstallationWorld = Pick<
  World,
  | "installation"
  | "install"
  | "suspend"
  | "unsuspend"
  | "uninstall"
  | "addRepository"
  | "removeRepository"
  | "setPermissions"
>;

export function createInstallationWorld({ clock, store }: WorldDeps): InstallationWorld {
  const { state } = store;
  const now = (): string => isoSeconds(clock.now());
  const change = (id: number, values: Partial<InstallationRecord>): void => {
    const installation = findInstallation(state, id);
    store.update(() => Object.assign(installation, values, { updated_at: now() }));
  };

  return {
    installation(account) {
      const id = typeof account === "string" ? accountByLogin(state, account)?.id : undefined;
      const found = state.installations.find((one) =>
        id === undefined ? one.id === account : one.account_id === id,
      );
      return found && view(state, found);
    },
    async install(login, options = {}) {
      const account = findAccount(state, login);
      if (state.installations.some((one) => one.account_id === account.id)) {
        throw new Error(`The app is installed on ${login} already.`);
      }
      const wanted = options.repositories ?? "all";
      const ids = wanted === "all" ? [] : wanted.map((ref) => findRepository(state, ref).id);
      const made = store.update((next) => {
        const installation: InstallationRecord = {
          id: takeId(next),
          account_id: account.id,
          repository_selection: wanted === "all" ? "all" : "selected",
          repository_ids: ids,
          permissions: { ...((options.permissions as Permissions | undefined) ?? next.app.permissions) },
          suspended_at: null,
          created_at: now(),
          updated_at: now(),
        };
        next.installations.push(installation);
        return installation;
      });
      return view(state, made);
    },
    suspend: async (id) => change(id, { suspended_at: now() }),
    unsuspend: async (id) => change(id, { suspended_at: null }),
    async uninstall(id) {
      findInstallation(state, id);
      store.update((next) => {
        next.installations = next.installations.filter((one) => one.id !== id);
        next.tokens = next.tokens.filter((token) => token.installation_id !== id);
      });
    },
    async addRepository(id, ref) {
      const ids = findInstallation(state, id).repository_ids;
      change(id, { repository_ids: [...new Set([...ids, findRepository(state, ref).id])] });
    },
    async removeRepository(id, ref) {
      const repository = findRepository(state, ref);
      const covered = coveredRepositories(state, findInstallation(state, id)).map((one) => one.id);
      // Leaving one out of "all" means having selected the others.
      change(id, {
        repository_selection: "selected",
        repository_ids: covered.filter((one) => one !== repository.id),
      });
    },
    setPermissions: async (id, permissions) => change(id, { permissions: { ...permissions } as Permissions }),
  };
}

function view(state: State, installation: InstallationRecord): InstallationView {
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
