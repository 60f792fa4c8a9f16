import type { Logger } from "pino";
import { systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { createObjectCache } from "./git/object-cache.ts";
import { createOpenTransport } from "./git/open-transport.ts";
import { type AppAuthentication, createAppAuthentication } from "./github/app-auth.ts";
import { createBotIdentity } from "./github/bot-identity.ts";
import { createGithubClient } from "./github/client.ts";
import { findRepository } from "./github/find-repository.ts";
import { createGithubHost, type GithubHost } from "./github/host.ts";
import { listInstallationRepositories } from "./github/installation-repositories.ts";
import { createRateLimits, type RateLimits } from "./github/rate-limits.ts";
import { createWritePacing } from "./github/write-pacing.ts";
import { createConfigRepoAccess, type OpenConfigRepo } from "./jobs/config-repo-access.ts";
import type { InstallationReader } from "./jobs/sync-installation/read-installation.ts";
import type { Metrics } from "./metrics.ts";
import type { GithubLookup } from "./registry/github-lookup.ts";

/** The app towards GitHub. */
export interface Github {
  appId: number;
  host: GithubHost;
  auth: AppAuthentication;
  /** What a sync of installations asks. */
  installations: InstallationReader;
  /** What is left of each installation's primary rate limit. */
  rateLimits: RateLimits;
  /** What registering a repository asks. */
  lookup: GithubLookup;
  openConfigRepo: OpenConfigRepo;
  /** The status of the last answer, for /readyz; null: nothing was asked yet. */
  lastAnswer(): { status: number | null; at: Date } | null;
}

export interface GithubCredentials {
  appId: number;
  privateKey: string;
  webUrl: string;
  apiUrl: string;
}

/** Wires authentication, REST and git to one GitHub host. */
export const openGithub = (
  credentials: GithubCredentials,
  deps: {
    config: Pick<Config, "gitAuthor">;
    log: Logger;
    redact: (text: string) => string;
    metrics: Metrics;
  },
): Github => {
  const { log, redact, metrics } = deps;
  const host = createGithubHost(credentials);
  let last: { status: number | null; at: Date } | null = null;
  const count = (request: { route: string; status: number | null }) => {
    last = { status: request.status, at: new Date() };
    metrics.githubRequests.inc({ route: request.route, status: request.status ?? 0 });
  };
  const common = { host, clock: systemClock, random: Math.random, log, redact };
  const auth = createAppAuthentication({
    ...common,
    appId: credentials.appId,
    privateKey: credentials.privateKey,
    onResponse: count,
  });
  const rateLimits = createRateLimits(common);
  const client = createGithubClient({
    ...common,
    pacing: createWritePacing(common),
    onResponse: (request) => {
      count(request);
      if (request.rateLimitRemaining === null) return;
      metrics.rateLimitRemaining.set({ installation: request.installationId }, request.rateLimitRemaining);
      rateLimits.note(request.installationId, request.rateLimitRemaining);
    },
  });
  const bot = createBotIdentity({ host, appAuth: auth, override: deps.config.gitAuthor, log });
  const openConfigRepo = createConfigRepoAccess({
    ...common,
    auth,
    client,
    bot,
    openTransport: createOpenTransport(createObjectCache()),
  });
  const lookup: GithubLookup = {
    installation: auth.installation,
    findRepository: (query) => findRepository({ appAuth: auth, github: client }, query),
  };
  const installations: InstallationReader = {
    installation: auth.installation,
    repositories: (query) =>
      listInstallationRepositories({ appAuth: auth, github: client, clock: systemClock }, query),
  };
  return {
    appId: credentials.appId,
    host,
    auth,
    lookup,
    installations,
    rateLimits,
    openConfigRepo,
    lastAnswer: () => last,
  };
};
