import type { Logger } from "pino";
import type { ChartRenderer } from "./charts/importance-chart.ts";
import { createChartRenderer } from "./charts/importance-chart.ts";
import type { Config, LogLevel } from "./config.ts";
import type { ApiToken } from "./config-tokens.ts";
import { createGithubHost, type GithubHost } from "./github/host.ts";
import { createLogger } from "./logger.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { type OpenDatabase, openDatabase } from "./open-database.ts";
import { type Github, openGithub } from "./open-github.ts";
import { openSandboxGithub } from "./open-sandbox.ts";
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
  queue: JobQueue;
  host: GithubHost;
  /** null: in production, nothing is set. */
  github: Github | null;
  /** Whether the sandbox stands in for GitHub. */
  sandbox: boolean;
  renderImportanceChart: ChartRenderer;
  /** Aborted while the process stops, for requests that would keep it. */
  stopping: AbortController;
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
    queue,
    host,
    github,
    sandbox: sandbox !== null,
    renderImportanceChart,
    stopping,
  };
};

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
