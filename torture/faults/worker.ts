import type { Sandbox } from "../../sandbox/sandbox.ts";
import { createRejectProposal } from "../../src/actions/reject-proposal.ts";
import type { Clock } from "../../src/clock.ts";
import type { Db } from "../../src/db/connect.ts";
import type { ObjectCache } from "../../src/git/object-cache.ts";
import { createOpenTransport } from "../../src/git/open-transport.ts";
import { createAppAuthentication } from "../../src/github/app-auth.ts";
import { createBotIdentity } from "../../src/github/bot-identity.ts";
import { createGithubClient } from "../../src/github/client.ts";
import { createGithubHost } from "../../src/github/host.ts";
import { listInstallationRepositories } from "../../src/github/installation-repositories.ts";
import { createRateLimits } from "../../src/github/rate-limits.ts";
import { createWritePacing } from "../../src/github/write-pacing.ts";
import { createClosePr } from "../../src/jobs/close-pr/close-pr.ts";
import { createConfigRepoAccess } from "../../src/jobs/config-repo-access.ts";
import { createEventJob } from "../../src/jobs/event-job.ts";
import { createMirrorPr } from "../../src/jobs/mirror-pr/mirror-pr.ts";
import { createOpenPr } from "../../src/jobs/open-pr/open-pr.ts";
import { createRefreshCheck } from "../../src/jobs/refresh-check/refresh-check.ts";
import { createRunCommand } from "../../src/jobs/run-command/run-command.ts";
import { createSyncInstallation } from "../../src/jobs/sync-installation/sync-installation.ts";
import { createTidyComments } from "../../src/jobs/tidy-comments/tidy-comments.ts";
import { createLogger } from "../../src/logger.ts";
import type { Metrics } from "../../src/metrics.ts";
import type { JobQueue } from "../../src/queue/job-queue.ts";
import type { JobHandlers } from "../../src/queue/work-queues.ts";
import { createRedactor } from "../../src/redact.ts";

export interface WorkerDeps {
  sandbox: Sandbox;
  db: Db;
  metrics: Metrics;
  queue: Pick<JobQueue, "send">;
  clock: Clock;
  /** A number from 0 up to 1. */
  random: () => number;
  /** What the process has seen of repositories. */
  objects: ObjectCache;
}

export type Handlers = JobHandlers["jobs"];

export interface Worker {
  handlers: Handlers;
  /** Every line of its log. */
  log: readonly string[];
}

/** The bytes don't matter; drawing them takes longer than all the rest of a run. */
const CHART = Buffer.from("a picture");

/** The jobs of a process that has just started, on real parts. */
export const createWorker = ({ sandbox, objects, ...given }: WorkerDeps): Worker => {
  const lines: string[] = [];
  const { app_id: appId, private_key: privateKey, webhook_secret } = sandbox.secrets;
  const redact = createRedactor([privateKey, webhook_secret]);
  const log = createLogger("info", redact, { write: (line) => lines.push(line) });
  const host = createGithubHost({ webUrl: sandbox.url, apiUrl: sandbox.apiUrl });
  const common = { ...given, host, log, redact };

  const auth = createAppAuthentication({ ...common, appId, privateKey });
  const client = createGithubClient({ ...common, pacing: createWritePacing(common) });
  const bot = createBotIdentity({ ...common, appAuth: auth, override: { name: null, email: null } });
  const openTransport = createOpenTransport(objects);
  const openConfigRepo = createConfigRepoAccess({ ...common, auth, client, bot, openTransport });
  const deps = { ...common, openConfigRepo, appId, baseUrl: null };
  const github = {
    installation: auth.installation,
    repositories: (query: Parameters<typeof listInstallationRepositories>[1]) =>
      listInstallationRepositories({ appAuth: auth, github: client, clock: given.clock }, query),
  };

  return {
    log: lines,
    handlers: {
      open_pr: createOpenPr({ ...deps, renderImportanceChart: async () => CHART }),
      close_pr: createClosePr(deps),
      mirror_pr: createEventJob(deps, createMirrorPr({ ...deps, rateLimits: createRateLimits(common) })),
      refresh_check: createEventJob(deps, createRefreshCheck({ ...deps, listens: true })),
      run_command: createEventJob(
        deps,
        createRunCommand({ ...deps, rejectProposal: createRejectProposal(deps) }),
      ),
      tidy_comments: createEventJob(deps, createTidyComments(deps)),
      sync_installation: createEventJob(
        deps,
        createSyncInstallation({ ...deps, github, allowedAccounts: [] }),
      ),
    },
  };
};
