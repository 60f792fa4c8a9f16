import type { Logger } from "pino";
import type { ChartRenderer } from "./charts/importance-chart.ts";
import { createChartRenderer } from "./charts/importance-chart.ts";
import { systemClock } from "./clock.ts";
import type { Config, LogLevel } from "./config.ts";
import type { ApiToken } from "./config-tokens.ts";
import { createEventSignal, type EventSignal } from "./db/event-signal.ts";
import { createGithubHost, type GithubHost } from "./github/host.ts";
import { createLogger } from "./logger.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { type OpenDatabase, openDatabase } from "./open-database.ts";
import { type Github, openGithub } from "./open-github.ts";
import { type OpenSandboxGithub, openSandboxGithub } from "./open-sandbox.ts";
import { type JobQueue, openJobQueue } from "./queue/job-queue.ts";
import { createRedactor, type Redactor } from "./redact.ts";

/** What a process is made of, whatever it does. */
export interface Parts {
  config: Config;
  tokens: readonly ApiToken[];
  log: Logger;
  redact: Redactor;
  metrics: Metrics;
  database: OpenDatabase;
  /** Connects when somebody follows the events. */
  eventSignal: EventSignal;
  queue: JobQueue;
  host: GithubHost;
  /** null: in production, nothing is set. */
  github: Github | null;
  /** null: no inbound route, polling does it all. */
  webhooks: WebhookParts | null;
  /** Whether the sandbox stands in for GitHub. */
  sandbox: boolean;
  renderImportanceChart: ChartRenderer;
  /** Aborted while the process stops, for requests that would keep it. */
  stopping: AbortController;
}

export interface WebhookParts {
  /** What GitHub signs with: the present secret, and the one before while it is being rotated. */
  secrets: readonly string[];
  /** Where deliveries shall go; null where somebody has told GitHub. */
  deliverTo: ((url: string) => Promise<void>) | null;
}

export interface Logging {
  /** When LOG_LEVEL is not set. */
  level?: LogLevel;
  output?: { write(line: string): unknown };
}

export interface PartsOptions {
  /** Names the process in its log. */
  role: string;
  /** Whether it handles jobs, and so looks after the queue. */
  works: boolean;
  logging?: Logging;
}

/** Opens the parts in the order they need each other; each is put on `closing`, which closes them in reverse. */
export const openParts = async (
  config: Config,
  { role, works, logging }: PartsOptions,
  closing: AsyncDisposableStack,
): Promise<Parts> => {
  const sandbox = config.github.kind === "sandbox" ? await openSandboxGithub(config.dataDir) : null;
  if (sandbox !== null) closing.defer(() => sandbox.close());
  const tokens = config.apiTokens.length === 0 && sandbox !== null ? [sandbox.token] : config.apiTokens;

  const secrets = [...secretsOf(config), ...(sandbox?.secrets ?? []), ...tokens.map((token) => token.secret)];
  const redact = createRedactor(secrets);
  const log = createLogger(config.logLevel ?? logging?.level ?? "info", redact, logging?.output).child({
    role,
  });
  const metrics = createMetrics();
  const database = await openDatabase(config, log);
  closing.defer(() => database.close());
  const eventSignal = createEventSignal({ connection: database.connection, clock: systemClock, log });
  closing.defer(() => eventSignal.close());

  const credentials = sandbox?.credentials ?? appCredentials(config);
  const github = credentials && openGithub(credentials, { config, log, redact, metrics });
  const host = github?.host ?? createGithubHost(config.githubHost);
  const queue = await openJobQueue({ connection: database.connection, supervise: works, log });
  closing.defer(() => queue.stop());
  const stopping = new AbortController();
  const renderImportanceChart = createChartRenderer();
  return {
    config,
    tokens,
    log,
    redact,
    metrics,
    database,
    eventSignal,
    queue,
    host,
    github,
    webhooks: config.webhooks && credentials !== null ? webhookParts(config, sandbox) : null,
    sandbox: sandbox !== null,
    renderImportanceChart,
    stopping,
  };
};

const webhookParts = ({ github }: Config, sandbox: OpenSandboxGithub | null): WebhookParts => ({
  secrets: (github.kind === "app"
    ? [github.webhookSecret, github.webhookSecretPrevious]
    : [sandbox?.webhookSecret]
  ).filter((secret) => typeof secret === "string"),
  deliverTo: sandbox?.deliverTo ?? null,
});

const appCredentials = ({ github, githubHost }: Config) =>
  github.kind === "app" ? { appId: github.appId, privateKey: github.privateKey, ...githubHost } : null;

/** What the last-resort filter must know by value. */
const secretsOf = ({ github, databaseUrl }: Config): string[] => {
  const inAddress = databaseUrl === null ? undefined : /^[^:]+:\/\/[^:@/]*:([^@/]+)@/.exec(databaseUrl)?.[1];
  const inQuery = databaseUrl === null ? undefined : /[?&]password=([^&#]+)/.exec(databaseUrl)?.[1];
  const passwords = [inAddress, inQuery].flatMap((text) => (text ? [text, safelyDecoded(text)] : []));
  const app =
    github.kind === "app" ? [github.privateKey, github.webhookSecret, github.webhookSecretPrevious] : [];
  const all = [...app, ...passwords];
  return all.filter((secret): secret is string => typeof secret === "string" && secret !== "");
};

const safelyDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
