import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { API_SCOPES, type ApiToken, parseApiTokens } from "./config-tokens.ts";

/** How the app reaches GitHub: as a registered app, against the sandbox, or (in production, nothing set) not at all. */
export type GithubCredentials =
  | {
      kind: "app";
      appId: number;
      privateKey: string;
      webhookSecret: string | null;
      webhookSecretPrevious: string | null;
    }
  | { kind: "sandbox" }
  | { kind: "none" };

export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

export interface Config {
  production: boolean;
  host: string;
  port: number;
  /** Of a worker's small server: PORT too, but a default of its own, so that both kinds of process fit one machine. */
  workerPort: number;
  /** null: embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | null;
  /** Absolute path. */
  dataDir: string;
  github: GithubCredentials;
  githubHost: { webUrl: string; apiUrl: string };
  webhooks: boolean;
  /** Lower-cased logins; empty: every account. */
  allowedAccounts: string[];
  apiTokens: ApiToken[];
  relyloopBaseUrl: string | null;
  gitAuthor: { name: string | null; email: string | null };
  prPollMinutes: number;
  workerConcurrency: number;
  /** null: info, or warn while the walk-through tells its story. */
  logLevel: LogLevel | null;
}

/** Every bad key at once, each with what to do; main prints it and exits with 1. */
export class ConfigError extends Error {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`The settings are not usable:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

const WORKER_CONCURRENCY_MAX = 64;
const PR_POLL_MINUTES_MAX = 24 * 60;

const oneLine = z.string().regex(/^[^\r\n\0]*$/, "must be one line");
const blankIsUnset = (value: unknown) =>
  typeof value === "string" && value.trim() === "" ? undefined : value;
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(blankIsUnset, schema.optional());
const wholeNumber = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${low} to ${high}`)
    .transform(Number)
    .refine((value) => value >= low && value <= high, `must be a whole number from ${low} to ${high}`);
const httpUrl = oneLine
  .refine(
    (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
    "must be an http(s) URL",
  )
  .refine((value) => !URL.canParse(value) || new URL(value).username === "", "must not hold credentials")
  .transform((value) => value.replace(/\/+$/, ""));

const environmentSchema = z.object({
  NODE_ENV: optional(z.string()),
  PORT: optional(wholeNumber(0, 65_535)),
  HOST: optional(oneLine),
  DATABASE_URL: optional(
    oneLine.refine((value) => /^postgres(ql)?:\/\//.test(value), "must start with postgresql://"),
  ),
  DATA_DIR: optional(oneLine),
  APP_ID: optional(wholeNumber(1, 999_999_999)),
  PRIVATE_KEY: optional(z.string()),
  PRIVATE_KEY_PATH: optional(oneLine),
  WEBHOOK_SECRET: optional(oneLine.refine((value) => value.length >= 8, "must have at least 8 characters")),
  WEBHOOK_SECRET_PREVIOUS: optional(oneLine),
  WEBHOOKS: optional(z.enum(["on", "off"], "must be on or off")),
  ALLOWED_ACCOUNTS: optional(oneLine),
  GHE_HOST: optional(
    oneLine.regex(/^[A-Za-z0-9.-]+(:\d{1,5})?$/, "must be a host name, without https:// or a path"),
  ),
  GHE_PROTOCOL: optional(z.enum(["http", "https"], "must be http or https")),
  GITHUB_API_URL: optional(httpUrl),
  INTERNAL_API_TOKENS: optional(oneLine),
  RELYLOOP_BASE_URL: optional(httpUrl),
  GIT_AUTHOR_NAME: optional(oneLine.regex(/^[^<>]{1,100}$/, "must be 1 to 100 characters without < and >")),
  GIT_AUTHOR_EMAIL: optional(oneLine.regex(/^[^<>\s]{1,200}$/, "must be an address without < and >")),
  PR_POLL_MINUTES: optional(wholeNumber(1, PR_POLL_MINUTES_MAX)),
  WORKER_CONCURRENCY: optional(wholeNumber(1, WORKER_CONCURRENCY_MAX)),
  LOG_LEVEL: optional(
    z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], "must be one of pino's levels"),
  ),
});
type Environment = z.output<typeof environmentSchema>;

/**
 * Reads the settings of docs/design.md from the environment, once.
 * @throws ConfigError naming every bad key. Values are never part of the message: they may be secrets.
 */
export const loadConfig = (env: Record<string, string | undefined>): Config => {
  const problems: string[] = [];
  const settings = readEnvironment(env, problems);
  const production = settings.NODE_ENV === "production";
  const isGiven = (key: keyof Environment) => blankIsUnset(env[key]) !== undefined;
  const github = credentialsOf(settings, isGiven, production, problems);
  const tokens = parseApiTokens(settings.INTERNAL_API_TOKENS);
  problems.push(...tokens.problems);

  if (production && !isGiven("DATABASE_URL")) {
    problems.push(
      "DATABASE_URL must be set when NODE_ENV=production (the embedded database is for development)",
    );
  }
  if (!isGiven("INTERNAL_API_TOKENS") && github.kind !== "sandbox") {
    problems.push(
      `INTERNAL_API_TOKENS must be set: a secret of 32+ characters, or name:${API_SCOPES.join("+")}:secret`,
    );
  }
  if (production && settings.GHE_PROTOCOL === "http") {
    problems.push("GHE_PROTOCOL must not be http when NODE_ENV=production");
  }
  if (production && settings.GITHUB_API_URL && new URL(settings.GITHUB_API_URL).protocol === "http:") {
    problems.push("GITHUB_API_URL must not be http when NODE_ENV=production");
  }
  if (problems.length > 0) throw new ConfigError(problems);

  return deepFreeze({
    production,
    host: settings.HOST ?? (production ? "0.0.0.0" : "127.0.0.1"),
    port: settings.PORT ?? 3000,
    workerPort: settings.PORT ?? 3001,
    databaseUrl: settings.DATABASE_URL ?? null,
    dataDir: resolve(settings.DATA_DIR ?? "./data"),
    github,
    githubHost: githubHostOf(settings),
    webhooks: settings.WEBHOOKS !== "off",
    allowedAccounts: (settings.ALLOWED_ACCOUNTS ?? "")
      .split(",")
      .map((login) => login.trim().toLowerCase())
      .filter((login) => login !== ""),
    apiTokens: tokens.tokens,
    relyloopBaseUrl: settings.RELYLOOP_BASE_URL ?? null,
    gitAuthor: { name: settings.GIT_AUTHOR_NAME ?? null, email: settings.GIT_AUTHOR_EMAIL ?? null },
    prPollMinutes: settings.PR_POLL_MINUTES ?? 15,
    workerConcurrency: settings.WORKER_CONCURRENCY ?? 8,
    logLevel: settings.LOG_LEVEL ?? null,
  });
};

/** Each key by itself, so that a bad one does not hide what else is wrong; here it counts as unset. */
const readEnvironment = (env: Record<string, string | undefined>, problems: string[]): Environment => {
  const settings: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(environmentSchema.shape)) {
    const parsed = schema.safeParse(env[key]);
    if (parsed.success) settings[key] = parsed.data;
    else problems.push(...parsed.error.issues.map((issue) => `${key} ${issue.message}`));
  }
  return settings as Environment;
};

/** @param isGiven whether a key is set at all: a bad one is told of once, and not as missing too */
const credentialsOf = (
  settings: Environment,
  isGiven: (key: keyof Environment) => boolean,
  production: boolean,
  problems: string[],
): GithubCredentials => {
  const { APP_ID, PRIVATE_KEY, PRIVATE_KEY_PATH, WEBHOOK_SECRET } = settings;
  const given = {
    APP_ID: isGiven("APP_ID"),
    PRIVATE_KEY: isGiven("PRIVATE_KEY") || isGiven("PRIVATE_KEY_PATH"),
    WEBHOOK_SECRET: isGiven("WEBHOOK_SECRET"),
  };
  const unset = Object.entries(given).filter(([, isSet]) => !isSet);
  if (unset.length === 3) return { kind: production ? "none" : "sandbox" };
  const secretNeeded = settings.WEBHOOKS !== "off";
  for (const [key] of unset) {
    if (key === "WEBHOOK_SECRET" && !secretNeeded) continue;
    problems.push(
      `${key} must be set as well: APP_ID, PRIVATE_KEY (or PRIVATE_KEY_PATH) and WEBHOOK_SECRET go together`,
    );
  }
  if (PRIVATE_KEY !== undefined && PRIVATE_KEY_PATH !== undefined) {
    problems.push("PRIVATE_KEY and PRIVATE_KEY_PATH are both set: keep one");
  }
  return {
    kind: "app",
    appId: APP_ID ?? 0,
    privateKey: readPrivateKey(PRIVATE_KEY, PRIVATE_KEY_PATH, problems),
    webhookSecret: WEBHOOK_SECRET ?? null,
    webhookSecretPrevious: settings.WEBHOOK_SECRET_PREVIOUS ?? null,
  };
};

/** The key as PEM; environments that can't hold line breaks give it with `\n` or in base64, as Probot allows. */
const readPrivateKey = (key: string | undefined, path: string | undefined, problems: string[]): string => {
  let pem = key ?? "";
  if (key === undefined && path !== undefined) {
    try {
      pem = readFileSync(path, "utf8");
    } catch {
      problems.push("PRIVATE_KEY_PATH names a file that can't be read");
      return "";
    }
  }
  if (!pem.includes("-----BEGIN")) pem = Buffer.from(pem, "base64").toString("utf8");
  pem = pem.replaceAll("\\n", "\n").trim();
  if ((key || path) && !isRsaPrivateKey(pem)) {
    problems.push(
      `${key === undefined ? "PRIVATE_KEY_PATH" : "PRIVATE_KEY"} is not an RSA private key in PEM form`,
    );
  }
  return pem;
};

/**
 * GitHub signs apps in with RS256. Whether the key's numbers belong together shows only when it signs: OpenSSL reads
 * any. What it says of a key is not passed on.
 */
const isRsaPrivateKey = (pem: string): boolean => {
  try {
    const key = createPrivateKey(pem);
    const words = Buffer.from("signed and verified");
    return (
      key.asymmetricKeyType === "rsa" &&
      verify("RSA-SHA256", words, createPublicKey(key), sign("RSA-SHA256", words, key))
    );
  } catch {
    return false;
  }
};

/** Probot's rule: github.com has its API on api.github.com, every other host under /api/v3. */
const githubHostOf = (settings: Environment): Config["githubHost"] => {
  const webUrl = `${settings.GHE_PROTOCOL ?? "https"}://${settings.GHE_HOST ?? "github.com"}`;
  const isDotCom = (settings.GHE_HOST ?? "github.com").toLowerCase() === "github.com";
  const derived = isDotCom ? "https://api.github.com" : `${webUrl}/api/v3`;
  return { webUrl, apiUrl: settings.GITHUB_API_URL ?? derived };
};

const deepFreeze = <T extends object>(value: T): T => {
  for (const inner of Object.values(value)) {
    if (typeof inner === "object" && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
};
