import { allows } from "../auth/tokens.ts";
import { isoSeconds } from "../site.ts";
import { FOUNDER } from "../state/founder.ts";
import { coveredRepositories } from "../state/lookup.ts";
import type { Permissions } from "../state/model.ts";
import type { By, World } from "../world.ts";
import type { WorldDeps } from "./create-world.ts";
import { addPerson, findInstallation } from "./find.ts";

type PermissionWorld = Pick<World, "setPermissions" | "acceptPermissions" | "setAppPermissions">;

/** What the app may do: what it asks for, and what each installation's owner has granted. */
export function createPermissionWorld({ clock, store, emit }: WorldDeps): PermissionWorld {
  const { state } = store;
  const now = (): string => isoSeconds(clock.now());

  function grant(id: number, permissions: Permissions, by: By = {}): void {
    const installation = findInstallation(state, id);
    const more = Object.entries(permissions).some(
      ([name, level]) => !allows(installation.permissions, name, level),
    );
    store.update(() => Object.assign(installation, { permissions: { ...permissions }, updated_at: now() }));
    if (!more) return;
    const repositories = coveredRepositories(state, installation);
    const sender = addPerson(store, by.person ?? FOUNDER, now());
    emit({ event: "installation", action: "new_permissions_accepted", sender, installation, repositories });
  }

  return {
    setPermissions: async (id, permissions, by) => grant(id, permissions as Permissions, by),
    acceptPermissions: async (id, by) => grant(id, state.app.permissions, by),
    async setAppPermissions(permissions) {
      const wanted = { ...permissions } as Permissions;
      store.update((next) => {
        next.app.permissions = wanted;
        for (const installation of next.installations) {
          const kept = Object.entries(installation.permissions).flatMap(([name, level]) => {
            if (allows(wanted, name, level)) return [[name, level] as const];
            const less = wanted[name];
            return less === undefined ? [] : [[name, less] as const];
          });
          installation.permissions = Object.fromEntries(kept);
        }
      });
    },
  };
}
