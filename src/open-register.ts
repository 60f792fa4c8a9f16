import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { pino } from "pino";
import { systemClock } from "./clock.ts";
import { type Config, loadConfig } from "./config.ts";
import { createAppAuthentication } from "./github/app-auth.ts";
import { createManifestConversion } from "./github/app-manifest.ts";
import { createGithubHost } from "./github/host.ts";
import { createRedactor } from "./redact.ts";
import { configuredCredentials, openEnvFile } from "./register/env-file.ts";
import { createInstallLinks } from "./register/install-links.ts";
import { readManifest } from "./register/manifest.ts";
import { registerApp } from "./register/register-app.ts";
import { RegisterError } from "./register/register-error.ts";
import { readRegisterOptions } from "./register/register-options.ts";

const APP_FILE = new URL("../app.yml", import.meta.url);
const ASK_TIMEOUT_MS = 30_000;

type Environment = Record<string, string | undefined>;

export interface Register {
  args: string[];
  /** With what is in `.env`, which is loaded already. */
  env: Environment;
  envFile: string;
  print(line: string): void;
  warn(line: string): void;
  signal: AbortSignal;
}

/** `npm run register`. @returns whether an app was registered. @throws RegisterError, ConfigError */
export const openRegister = async ({ args, env, envFile, ...terminal }: Register): Promise<boolean> => {
  if (env.NODE_ENV === "production") {
    throw new RegisterError(
      "Apps are not registered in production. Do it on a developer's machine, and bring APP_ID, PRIVATE_KEY and WEBHOOK_SECRET here.",
    );
  }
  const set = configuredCredentials(env);
  if (set.length > 0) {
    throw new RegisterError(`${set.join(", ")} set already (environment or .env): an app is configured.`);
  }
  const config = loadConfig(env);
  const { webUrl } = config.githubHost;
  return registerApp({
    ...terminal,
    options: readRegisterOptions(args, webUrl),
    appManifest: readManifest(await readFile(APP_FILE, "utf8")),
    githubUrl: webUrl,
    homepage: config.relyloopBaseUrl,
    envFile: await openEnvFile(envFile),
    hasApiTokens: config.apiTokens.length > 0,
    convert: createManifestConversion(githubDeps(config)),
    installLinks,
    clock: systemClock,
    random: randomBytes,
  });
};

/** `npm run install-link`. @returns the link. @throws RegisterError, AppError */
export const openInstallLink = async (config: Config): Promise<string> => {
  const { github } = config;
  if (github.kind !== "app") {
    throw new RegisterError("There is no app to install: APP_ID is not set. npm run register makes one.");
  }
  const auth = createAppAuthentication({ ...githubDeps(config), ...github });
  const { slug, html_url } = await auth.app(AbortSignal.timeout(ASK_TIMEOUT_MS));
  // Enterprise Server has other paths than github.com; GitHub's own word counts.
  return installLinks(github.privateKey).link(html_url ?? `${config.githubHost.webUrl}/apps/${slug}`);
};

const installLinks = (privateKey: string) =>
  createInstallLinks({ privateKey, clock: systemClock, random: randomBytes });

/** What is worth telling is told on the page and in the error; a log would be in the way. */
const githubDeps = (config: Config) => ({
  host: createGithubHost(config.githubHost),
  clock: systemClock,
  random: Math.random,
  log: pino({ level: "silent" }),
  redact: createRedactor(config.github.kind === "app" ? [config.github.privateKey] : []),
});
