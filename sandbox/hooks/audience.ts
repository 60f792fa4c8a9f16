import { allows } from "../auth/tokens.ts";
import { covers } from "../state/lookup.ts";
import type { InstallationRecord, Level, State } from "../state/model.ts";
import type { HookEvent } from "./hook-event.ts";

type RepositoryEvent = Exclude<
  HookEvent,
  { event: "installation" | "installation_repositories" | "installation_target" }
>;

/** The permission that an app needs to be told. Source: the page of each event in GitHub's documentation. */
const NEEDS: Record<RepositoryEvent["event"], string> = {
  check_run: "checks",
  check_suite: "checks",
  issue_comment: "issues",
  pull_request: "pull_requests",
  pull_request_review: "pull_requests",
  repository: "metadata",
  status: "statuses",
};

/**
 * @returns the installation that is told of an event, or null when the app isn't to know of it: it has not
 * subscribed, lacks the permission, does not cover the repository, or is suspended there.
 */
export function audienceOf(state: State, event: HookEvent): InstallationRecord | null {
  switch (event.event) {
    case "installation":
      // These two reach every app without a subscription, and this one even where the app is suspended.
      return event.installation;
    case "installation_repositories":
      return unlessSuspended(event.installation);
    case "installation_target":
      return subscribed(state, event) ? unlessSuspended(event.installation) : null;
    case "repository":
    case "pull_request":
    case "pull_request_review":
    case "check_run":
    case "check_suite":
    case "status":
    case "issue_comment":
      return repositoryAudience(state, event);
    default:
      return event satisfies never;
  }
}

function repositoryAudience(state: State, event: RepositoryEvent): InstallationRecord | null {
  if (!subscribed(state, event) || !isOurs(state, event)) return null;
  const told = event.event === "repository" ? event.installation : undefined;
  const installation = told ?? state.installations.find((one) => covers(one, event.repository));
  if (!installation || !allows(installation.permissions, NEEDS[event.event], levelFor(event))) return null;
  return unlessSuspended(installation);
}

const subscribed = (state: State, { event }: HookEvent): boolean => state.app.events.includes(event);

const unlessSuspended = (installation: InstallationRecord): InstallationRecord | null =>
  installation.suspended_at === null ? installation : null;

/** Asking for a new run is meant for the app that may answer with one. */
const levelFor = (event: RepositoryEvent): Level => (isRerequest(event) ? "write" : "read");

const isRerequest = (event: RepositoryEvent): boolean => "action" in event && event.action === "rerequested";

/** Of a check run made by another app only that app is asked for a new run. */
function isOurs(state: State, event: RepositoryEvent): boolean {
  return event.event !== "check_run" || !isRerequest(event) || event.checkRun.app.id === state.app.id;
}
