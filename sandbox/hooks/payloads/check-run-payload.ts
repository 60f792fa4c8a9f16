import { checkRunAnswer } from "../../answers/check.ts";
import type { CheckRunRecord, InstallationRecord, RepositoryRecord } from "../../state/model.ts";
import type { HookEvent } from "../hook-event.ts";
import { suiteOutcome, suitePart, suiteRuns } from "./check-parts.ts";
import { appPart, type PayloadContext, repositorySurroundings } from "./parts.ts";

type Event = Extract<HookEvent, { event: "check_run" }>;

/** https://docs.github.com/webhooks/webhook-events-and-payloads#check_run */
export function checkRunPayload(
  context: PayloadContext,
  event: Event,
  installation: InstallationRecord,
): object {
  return {
    action: event.action,
    check_run: checkRunPart(context, event.repository, event.checkRun, event.action === "rerequested"),
    ...repositorySurroundings(context, { ...event, installation }),
  };
}

/** @param again a new run was asked for, which is possible of a completed one alone: its suite shows as that too. */
function checkRunPart(
  context: PayloadContext,
  repository: RepositoryRecord,
  run: CheckRunRecord,
  again: boolean,
): object {
  const answer = checkRunAnswer(context.site, context.state, repository, run);
  const suite = context.state.check_suites.find((one) => one.id === run.suite_id);
  if (!suite) throw new Error(`The check run ${run.id} has no suite.`);
  const { pull_requests } = answer;
  const shared = { app: appPart(answer.app), pull_requests };
  const runs = suiteRuns(context, suite);
  const completed = runs.filter(({ status }) => status === "completed");
  return {
    ...answer,
    started_at: run.started_at ?? suite.created_at,
    ...shared,
    check_suite: {
      ...suitePart(context, repository, suite, shared),
      ...suiteOutcome(again ? completed : runs),
    },
  };
}
