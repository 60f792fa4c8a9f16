import { systemClock } from "./clock.ts";
import { AppError } from "./errors.ts";
import { createClosePr } from "./jobs/close-pr/close-pr.ts";
import type { OpenConfigRepo } from "./jobs/config-repo-access.ts";
import { createOpenPr } from "./jobs/open-pr/open-pr.ts";
import { createSweepStuck } from "./jobs/sweep-stuck.ts";
import type { Parts } from "./parts.ts";
import type { JobHandlers } from "./queue/job-queue.ts";
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

/** The handlers of every queue. */
export const wireJobs = (parts: Parts): JobHandlers => {
  const deps = openPrDeps(parts);
  const openPr = createOpenPr(deps);
  const closePr = createClosePr(deps);
  return {
    configRepoJob: (job, run) => (job.kind === "open_pr" ? openPr(job, run) : closePr(job, run)),
    sweep: createSweepStuck(deps),
  };
};
