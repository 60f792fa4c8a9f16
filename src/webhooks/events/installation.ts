import { z } from "zod";
import type { InstallationSaid } from "../../queue/event-jobs.ts";
import type { EventHandler } from "../event-handler.ts";
import { withId } from "../payload-parts.ts";
import { idsOf, repositoriesPart } from "../repository-ids.ts";

const payloadSchema = z.object({
  action: z.string(),
  installation: withId,
  repositories: repositoriesPart,
});

const STATUSES: Partial<Record<string, InstallationSaid["status"]>> = {
  created: "active",
  unsuspend: "active",
  suspend: "suspended",
  deleted: "deleted",
};

/** The app was installed, removed, suspended, or given other permissions. */
export const installation: EventHandler = {
  on: [
    "installation.created",
    "installation.deleted",
    "installation.suspend",
    "installation.unsuspend",
    "installation.new_permissions_accepted",
  ],
  translate: (given) => {
    const { data: payload } = payloadSchema.safeParse(given);
    if (payload === undefined) return [];
    const status = STATUSES[payload.action];
    const added = payload.action === "created" ? idsOf(payload.repositories) : [];
    const said = status === undefined ? null : { status, ...(added.length > 0 && { added }) };
    return [{ kind: "sync_installation", subject: { installation_id: payload.installation.id }, said }];
  },
};
