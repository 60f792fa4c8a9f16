import { appAnswer } from "../../answers/account.ts";
import { pullsWithHead } from "../../answers/check.ts";
import type { InstallationRecord } from "../../state/model.ts";
import type { HookEvent } from "../hook-event.ts";
import { suiteOutcome, suitePart, suiteRuns } from "./check-parts.ts";
import { appPart, type PayloadContext, repositorySurroundings } from "./parts.ts";

type Event = Extract<HookEvent, { event: "check_suite" }>;

/** https://docs.github.com/webhooks/webhook-events-and-payloads#check_suite; `head_commit` comes from git. */
export function checkSuitePayload(
  context: PayloadContext,
  event: Event,
  installation: InstallationRecord,
): object {
  const { site, state } = context;
  const { repository, head } = event;
  const suite = state.check_suites.find(
    (one) => one.repository_id === repository.id && one.head_sha === head.sha && one.app.id === state.app.id,
  );
  if (!suite) throw new Error(`The app has no check suite for ${head.sha}.`);
  const runs = suiteRuns(context, suite);
  const part = suitePart(context, repository, suite, {
    app: appPart(appAnswer(site, state)),
    pull_requests: pullsWithHead(site, state, repository, head.sha),
  });
  return {
    action: event.action,
    check_suite: {
      ...part,
      head_branch: head.branch,
      ...suiteOutcome(runs),
      latest_check_runs_count: runs.length,
      check_runs_url: `${part.url}/check-runs`,
      head_commit: null,
    },
    ...repositorySurroundings(context, { ...event, installation }),
  };
}
