import { createPressOpenPr } from "./actions/press-open-pr.ts";
import { createRejectProposal } from "./actions/reject-proposal.ts";
import { ensureDemoRegistry } from "./demo/ensure-demo-registry.ts";
import { createSeedCompletedStudy } from "./demo/seed-completed-study.ts";
import { createHealthChecks } from "./health.ts";
import type { HttpDeps, WatchDeps } from "./http/http-deps.ts";
import { createPreviewPr } from "./jobs/open-pr/preview-pr.ts";
import { renderMetrics } from "./metrics.ts";
import type { Parts } from "./parts.ts";
import { createRegisterConfigRepo } from "./registry/register-config-repo.ts";
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
export const wireHttp = (parts: Parts): HttpDeps => {
  const { host, github, config } = parts;
  const { db } = parts.database;
  const deps = openPrDeps(parts);
  const registerDeps = { db, host, github: github?.lookup ?? null, allowedAccounts: config.allowedAccounts };
  const preview = createPreviewPr(deps);
  return {
    ...wireWatch(parts),
    db,
    host,
    allowedAccounts: config.allowedAccounts,
    githubLookup: github?.lookup ?? null,
    openPr: createPressOpenPr({ ...deps, now: () => new Date() }),
    reject: createRejectProposal(deps),
    preview: ({ signal, ...look }) =>
      preview({ ...look, signal: AbortSignal.any([signal, parts.stopping.signal]) }),
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
