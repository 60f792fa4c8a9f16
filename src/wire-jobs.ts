import { createRejectProposal } from "./actions/reject-proposal.ts";
import { systemClock } from "./clock.ts";
import { AppError } from "./errors.ts";
import { createHookDeliveries } from "./github/hook-deliveries.ts";
import { createRateLimits } from "./github/rate-limits.ts";
import { createClosePr } from "./jobs/close-pr/close-pr.ts";
import type { OpenConfigRepo } from "./jobs/config-repo-access.ts";
import { createEventJob } from "./jobs/event-job.ts";
import { createMirrorPr } from "./jobs/mirror-pr/mirror-pr.ts";
import { createOpenPr } from "./jobs/open-pr/open-pr.ts";
import { createPurgeDeliveries } from "./jobs/purge-deliveries.ts";
import { createReconcilePulls } from "./jobs/reconcile-pulls.ts";
import { createRedeliverFailed } from "./jobs/redeliver-failed.ts";
import { createRefreshCheck } from "./jobs/refresh-check/refresh-check.ts";
import { createRunCommand } from "./jobs/run-command/run-command.ts";
import { createSettleLostDeliveries } from "./jobs/settle-lost-deliveries.ts";
import { createSweepStuck } from "./jobs/sweep-stuck.ts";
import { createSyncInstallation } from "./jobs/sync-installation/sync-installation.ts";
import { createSyncInstallations } from "./jobs/sync-installations.ts";
import { createTidyComments } from "./jobs/tidy-comments/tidy-comments.ts";
import type { Parts } from "./parts.ts";
import type { JobHandlers } from "./queue/work-queues.ts";
import { NOT_CONFIGURED_ADVICE } from "./registry/not-configured-advice.ts";

/** What jobs and previews share. */
export const openPrDeps = ({
  database,
  queue,
  log,
  redact,
  metrics,
  host,
  github,
  renderImportanceChart,
  config,
}: Parts) => ({
  db: database.db,
  queue,
  clock: systemClock,
  log,
  redact,
  metrics,
  host,
  renderImportanceChart,
  openConfigRepo: github?.openConfigRepo ?? withoutCredentials,
  baseUrl: config.relyloopBaseUrl,
  credentials: github !== null,
});

const withoutCredentials: OpenConfigRepo = () => {
  throw new AppError(
    "GITHUB_NOT_CONFIGURED",
    `Nothing can be opened: ${NOT_CONFIGURED_ADVICE.no_credentials}`,
    {
      reason: "no_credentials",
    },
  );
};

/** The handlers of every queue and schedule. */
export const wireJobs = (parts: Parts): JobHandlers => {
  const deps = openPrDeps(parts);
  return {
    jobs: { open_pr: createOpenPr(deps), close_pr: createClosePr(deps), ...eventJobs(parts) },
    schedules: schedules(parts),
  };
};

/** Jobs that answer to what happens on GitHub. */
const eventJobs = (parts: Parts): Omit<JobHandlers["jobs"], "open_pr" | "close_pr"> => {
  const { github, config } = parts;
  const deps = { ...openPrDeps(parts), appId: github?.appId ?? null };
  const rateLimits = github?.rateLimits ?? createRateLimits(deps);
  return {
    mirror_pr: createEventJob(deps, createMirrorPr({ ...deps, rateLimits })),
    refresh_check: createEventJob(deps, createRefreshCheck({ ...deps, listens: parts.webhooks !== null })),
    run_command: createEventJob(
      deps,
      createRunCommand({ ...deps, rejectProposal: createRejectProposal(deps) }),
    ),
    tidy_comments: createEventJob(deps, createTidyComments(deps)),
    sync_installation: createEventJob(
      deps,
      createSyncInstallation({
        ...deps,
        github: github?.installations ?? null,
        allowedAccounts: config.allowedAccounts,
      }),
    ),
  };
};

/** What makes up for events that never arrived, and for workers that never came back. */
const schedules = (parts: Parts): JobHandlers["schedules"] => {
  const { github, config } = parts;
  const deps = { ...openPrDeps(parts), random: Math.random };
  const sweepStuck = createSweepStuck(deps);
  const redeliver =
    github === null || parts.webhooks === null
      ? async () => undefined
      : createRedeliverFailed({ ...deps, deliveries: createHookDeliveries({ asApp: github.auth }) });
  const settleLostDeliveries = createSettleLostDeliveries(deps);
  return {
    sweep_stuck_proposals: async () => {
      await sweepStuck();
      await settleLostDeliveries();
    },
    reconcile_pulls: createReconcilePulls({ ...deps, pollMinutes: config.prPollMinutes }),
    sync_installations: createSyncInstallations({ ...deps, auth: github?.auth ?? null }),
    redeliver_failed: redeliver,
    purge_deliveries: createPurgeDeliveries(deps),
  };
};
