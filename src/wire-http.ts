import { randomBytes } from "node:crypto";
import { createPressOpenPr } from "./actions/press-open-pr.ts";
import { createRejectProposal } from "./actions/reject-proposal.ts";
import { systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { ensureDemoRegistry } from "./demo/ensure-demo-registry.ts";
import { createSeedCompletedStudy } from "./demo/seed-completed-study.ts";
import { createHealthChecks } from "./health.ts";
import { createEventReader } from "./http/event-reader.ts";
import { createEventStreams } from "./http/event-streams.ts";
import type { HttpDeps, WatchDeps } from "./http/http-deps.ts";
import { createPreviewPr } from "./jobs/open-pr/preview-pr.ts";
import { renderMetrics } from "./metrics.ts";
import type { Parts } from "./parts.ts";
import { createInstallLinks } from "./register/install-links.ts";
import { createRegisterConfigRepo } from "./registry/register-config-repo.ts";
import { createWebhooks } from "./webhooks/webhooks.ts";
import { openPrDeps } from "./wire-jobs.ts";

const DEMO_REGISTRY_TIMEOUT_MS = 30_000;

/** Health, readiness and metrics: what every process serves. */
export const wireWatch = (parts: Parts): WatchDeps => ({
  tokens: parts.tokens,
  log: parts.log,
  redact: parts.redact,
  checks: createHealthChecks(parts),
  metrics: {
    render: () => renderMetrics(parts.metrics, parts.database.db, parts.queue),
    contentType: parts.metrics.registry.contentType,
  },
});

/** The internal API. */
export const wireHttp = async (parts: Parts): Promise<HttpDeps> => {
  const { host, github, config } = parts;
  const { db } = parts.database;
  const deps = openPrDeps(parts);
  const registerDeps = { db, host, github: github?.lookup ?? null, allowedAccounts: config.allowedAccounts };
  const preview = createPreviewPr(deps);
  return {
    ...wireWatch(parts),
    db,
    eventStreams: createEventStreams({
      read: createEventReader({ db, signal: parts.eventSignal, log: parts.log }),
      clock: systemClock,
      onCount: (open) => parts.metrics.eventStreams.set(open),
    }),
    host,
    allowedAccounts: config.allowedAccounts,
    githubLookup: github?.lookup ?? null,
    openPr: createPressOpenPr({ ...deps, now: () => new Date() }),
    reject: createRejectProposal(deps),
    preview: ({ signal, ...look }) =>
      preview({ ...look, signal: AbortSignal.any([signal, parts.stopping.signal]) }),
    webhooks: await wireWebhooks(parts),
    setup: { isLinkState: wireLinkState(config), now: Date.now },
    seedCompletedStudy:
      !parts.sandbox || github === null
        ? null
        : createSeedCompletedStudy({
            db,
            now: Date.now,
            demo: () =>
              ensureDemoRegistry(
                { db, host, auth: github.auth, registerConfigRepo: createRegisterConfigRepo(registerDeps) },
                AbortSignal.timeout(DEMO_REGISTRY_TIMEOUT_MS),
              ),
          }),
  };
};

const wireWebhooks = async (parts: Parts): Promise<HttpDeps["webhooks"]> => {
  const { webhooks, database, queue, log, metrics, github } = parts;
  if (webhooks === null) return null;
  const own = { appId: github?.appId ?? null };
  const deps = { pool: database.pool, queue, clock: systemClock, log, metrics, own };
  return createWebhooks({ ...deps, secrets: webhooks.secrets });
};

/** Links for installing are made for a registered app (`npm run install-link`); the sandbox's needs none. */
const wireLinkState = ({ github }: Config): ((state: string) => boolean) =>
  github.kind === "app"
    ? createInstallLinks({ privateKey: github.privateKey, clock: systemClock, random: randomBytes }).isOurs
    : () => false;
