import type { TestService } from "../../test/support/start-service.ts";
import type { Chronicle } from "./chronicle.ts";
import { createDeedDoer } from "./deed-doer.ts";
import type { Stage, StageRepository } from "./stage.ts";

/** What owners of organisations do with the app and their repositories. */
export interface Owners {
  uninstall(organisation: string): Promise<boolean>;
  install(organisation: string): Promise<boolean>;
  suspend(organisation: string, suspended: boolean): Promise<boolean>;
  rename(repository: StageRepository): Promise<boolean>;
  archive(repository: StageRepository, archived: boolean): Promise<boolean>;
  /** Lets the app in everywhere, so that what is due can be done. */
  allowAll(): Promise<void>;
}

export const createOwners = (
  { sandbox, db }: Pick<TestService, "sandbox" | "db">,
  stage: Pick<Stage, "repositories">,
  chronicle: Chronicle,
): Owners => {
  const act = createDeedDoer({ db }, chronicle);
  let names = 0;
  const of = (organisation: string) => stage.repositories.filter((one) => one.organisation === organisation);
  const trouble = (organisation: string) => {
    for (const { id } of of(organisation)) chronicle.troubled.add(id);
  };
  const installationOf = (organisation: string) => sandbox.installation(organisation)?.id ?? 0;

  const owners: Omit<Owners, "allowAll"> = {
    uninstall: (organisation) =>
      act("uninstall", [organisation], async () => {
        trouble(organisation);
        await sandbox.uninstall(installationOf(organisation));
      }),
    install: async (organisation) => {
      if (sandbox.installation(organisation) !== undefined) return false;
      return act("install", [organisation], () => sandbox.install(organisation));
    },
    suspend: (organisation, suspended) =>
      act(suspended ? "suspend" : "unsuspend", [organisation], async () => {
        if (suspended) trouble(organisation);
        const id = installationOf(organisation);
        await (suspended ? sandbox.suspend(id) : sandbox.unsuspend(id));
      }),
    rename: ({ id }) =>
      act("rename", [String(id)], () => sandbox.renameRepository(id, `renamed-${id}-${++names}`)),
    archive: ({ id }, archived) =>
      act(archived ? "archive" : "unarchive", [String(id)], async () => {
        if (archived) chronicle.troubled.add(id);
        await sandbox.archiveRepository(id, archived);
      }),
  };
  return {
    ...owners,
    allowAll: async () => {
      for (const organisation of new Set(stage.repositories.map((one) => one.organisation))) {
        await owners.install(organisation);
        await owners.suspend(organisation, false);
      }
      for (const repository of stage.repositories) await owners.archive(repository, false);
    },
  };
};
