import type { EventHandler } from "./event-handler.ts";
import { checkRun } from "./events/check-run.ts";
import { checkSuite } from "./events/check-suite.ts";
import { installation } from "./events/installation.ts";
import { installationRepositories } from "./events/installation-repositories.ts";
import { installationTarget } from "./events/installation-target.ts";
import { issueComment } from "./events/issue-comment.ts";
import { pullRequest } from "./events/pull-request.ts";
import { pullRequestReview } from "./events/pull-request-review.ts";
import { repository } from "./events/repository.ts";
import { status } from "./events/status.ts";

export const HANDLERS: readonly EventHandler[] = [
  pullRequest,
  pullRequestReview,
  checkRun,
  checkSuite,
  status,
  issueComment,
  installation,
  installationRepositories,
  installationTarget,
  repository,
];

const HANDLED: ReadonlySet<string> = new Set(HANDLERS.flatMap(({ on }) => on));

/** Whether anything listens to this event with this action. */
export const isHandled = (event: string, action: string | null): boolean =>
  HANDLED.has(event) || (action !== null && HANDLED.has(`${event}.${action}`));
