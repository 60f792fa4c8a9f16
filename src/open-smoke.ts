import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import type { Config } from "./config.ts";
import { API_SCOPES } from "./config-tokens.ts";
import { openService } from "./service.ts";
import { runSmoke } from "./smoke/smoke.ts";

const TOKEN_BYTES = 32;

interface Terminal {
  print(line: string): void;
  /** Where the service's own log goes. */
  log: { write(line: string): unknown };
  signal: AbortSignal;
}

/** What `npm run smoke` takes; null: something else was given. */
export const readSmokeOptions = (args: string[]): { configRepo: string; path: string | null } | null => {
  try {
    const options = { "config-repo": { type: "string" }, path: { type: "string" } } as const;
    const { "config-repo": configRepo, path = null } = parseArgs({ args, options }).values;
    return configRepo ? { configRepo, path } : null;
  } catch {
    return null;
  }
};

/**
 * `npm run smoke`: starts a service of its own on a free port, over the settings' database and GitHub, and takes one
 * throw-away proposal through it.
 * @returns whether everything was as it should be
 */
export const openSmoke = async (
  config: Config,
  options: { configRepo: string; path: string | null },
  { print, log, signal }: Terminal,
): Promise<boolean> => {
  if (config.github.kind === "none") {
    throw noGithub();
  }
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const own: Config = {
    ...config,
    host: "127.0.0.1",
    port: 0,
    // GitHub goes on telling the service it knows.
    webhooks: false,
    apiTokens: [{ name: "smoke", scopes: API_SCOPES, secret: token }],
  };
  const service = await openService(own, { role: "all", logging: { level: "warn", output: log } });
  try {
    const { database, github } = service.parts;
    if (github === null) throw noGithub();
    print(`GitHub   ${service.githubUrl}${service.sandbox ? " (sandbox)" : ""}`);
    const { db } = database;
    const { openConfigRepo } = github;
    return await runSmoke({ ...options, url: service.url, token, db, openConfigRepo, print, signal });
  } finally {
    await service.close();
  }
};

const noGithub = () => new Error("there is no GitHub to try. Set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET.");
