import { z } from "zod";
import type { InstallationSaid } from "../../queue/event-jobs.ts";
import type { EventHandler } from "../event-handler.ts";
import { githubId, installationPart, withId } from "../payload-parts.ts";
import type { WantedJob } from "../wanted-job.ts";

const payloadSchema = z.object({ action: z.string(), installation: installationPart, repository: withId });

/** https://docs.github.com/rest/repos/repos: names hold nothing else. */
const FULL_NAME = /^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/;
/** Git allows no control characters in a branch's name, and the database no halves of surrogate pairs. */
const BRANCH = /^[^\p{Cc}\p{Cs}]{1,255}$/u;

/** What the event claims; left out where it is not what GitHub describes. */
const claimSchema = z.object({
  repository: z.object({
    id: githubId,
    full_name: z.string().regex(FULL_NAME),
    archived: z.boolean(),
    default_branch: z.string().regex(BRANCH),
  }),
});

/**
 * A repository was created, renamed, handed to another account, archived, deleted, or got another default branch. A
 * deleted or transferred one has left the installation that our row of it names, so that one is looked at as well.
 */
export const repository: EventHandler = {
  on: [
    "repository.created",
    "repository.renamed",
    "repository.transferred",
    "repository.archived",
    "repository.unarchived",
    "repository.edited",
    "repository.deleted",
  ],
  translate: (given) => {
    const { data: payload } = payloadSchema.safeParse(given);
    if (payload === undefined) return [];
    const { id } = payload.repository;
    const said = saidOf(payload.action, id, given);
    const byRow: WantedJob = {
      kind: "sync_installation",
      subject: { repository_id: id },
      // It speaks of the account the repository went to.
      said: payload.action === "transferred" ? null : said,
    };
    if (!payload.installation) return [byRow];
    return [
      { kind: "sync_installation", subject: { installation_id: payload.installation.id }, said },
      byRow,
    ];
  },
};

const saidOf = (action: string, id: number, given: unknown): InstallationSaid => {
  if (action === "deleted") return { removed: [id] };
  const { data: claim } = claimSchema.safeParse(given);
  return { ...(action === "created" && { added: [id] }), ...claim };
};
