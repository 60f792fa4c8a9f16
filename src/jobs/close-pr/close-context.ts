import type { Logger } from "pino";
import type { HeadRow } from "../../db/heads-store.ts";
import type { ProposalRow } from "../../db/proposals-store.ts";
import type { RescheduleError } from "../../github/github-errors.ts";
import type { Actor } from "../../proposals/actor.ts";
import type { ConfigRepoAccess } from "../config-repo-access.ts";

/** What the steps of close_pr work on. */
export interface CloseContext {
  proposal: ProposalRow;
  /** What may have been pushed for it to this repository, newest first; never empty. */
  heads: readonly HeadRow[];
  /** Whether the recorded pull request is in this repository. */
  recorded: boolean;
  access: ConfigRepoAccess;
  /** Whether the job may still wait for GitHub. */
  mayWait: (wait: RescheduleError) => boolean;
  /** Who rejected; null: the service itself sent the job again. */
  actor: Actor | null;
  log: Logger;
}
