import { z } from "zod";
import type { EventHandler } from "../event-handler.ts";
import { withId } from "../payload-parts.ts";
import { idsOf, repositoriesPart } from "../repository-ids.ts";

const payloadSchema = z.object({
  installation: withId,
  repositories_added: repositoriesPart,
  repositories_removed: repositoriesPart,
});

/** Repositories were added to an installation, or taken from it. */
export const installationRepositories: EventHandler = {
  on: ["installation_repositories.added", "installation_repositories.removed"],
  translate: (given) => {
    const { data: payload } = payloadSchema.safeParse(given);
    if (payload === undefined) return [];
    const said = { added: idsOf(payload.repositories_added), removed: idsOf(payload.repositories_removed) };
    return [{ kind: "sync_installation", subject: { installation_id: payload.installation.id }, said }];
  },
};
