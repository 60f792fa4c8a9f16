import { z } from "zod";
import type { EventHandler } from "../event-handler.ts";
import { withId } from "../payload-parts.ts";

const payloadSchema = z.object({ installation: withId });

/** The account the app is installed on has another name. */
export const installationTarget: EventHandler = {
  on: ["installation_target.renamed"],
  translate: (given) => {
    const { data: payload } = payloadSchema.safeParse(given);
    if (payload === undefined) return [];
    return [{ kind: "sync_installation", subject: { installation_id: payload.installation.id }, said: null }];
  },
};
