import type { Clock } from "../clock.ts";
import type { RegisteredApp } from "../github/app-manifest.ts";
import type { EnvFile } from "./env-file.ts";
import type { FinishDeps } from "./finish-registration.ts";
import type { InstallLinks } from "./install-links.ts";
import { type AppManifest, buildManifest } from "./manifest.ts";
import { createOneTimeState } from "./one-time-state.ts";
import type { RegisterOptions } from "./register-options.ts";
import { startRegisterServer } from "./register-server.ts";

/** GitHub gives the flow an hour; whoever has not come by then begins anew. */
const WAIT_MS_MAX = 60 * 60 * 1_000;
const RANDOM_BYTES = 32;

export interface RegisterAppDeps {
  options: RegisterOptions;
  appManifest: AppManifest;
  githubUrl: string;
  /** RELYLOOP_BASE_URL: people find out there what the app is for. */
  homepage: string | null;
  envFile: EnvFile;
  /** Whether the service has API tokens already. */
  hasApiTokens: boolean;
  convert: FinishDeps["convert"];
  installLinks(privateKey: string): InstallLinks;
  clock: Clock;
  random: (bytes: number) => Buffer;
  print(line: string): void;
  warn(line: string): void;
  /** Ctrl-C. */
  signal: AbortSignal;
}

/** Registers the app and stores its credentials. @returns whether it did */
export const registerApp = async (deps: RegisterAppDeps): Promise<boolean> => {
  const { options, appManifest, clock, random, print } = deps;
  const word = () => random(RANDOM_BYTES).toString("base64url");
  const ended = new AbortController();
  const signal = AbortSignal.any([deps.signal, ended.signal]);
  const server = await startRegisterServer({
    ...deps,
    signal,
    state: createOneTimeState({ clock, random: word }),
    startPath: `/${word()}`,
    facts: {
      githubUrl: deps.githubUrl,
      org: options.org,
      permissions: appManifest.permissions,
      events: appManifest.events,
    },
    manifest: (redirectUrl) =>
      buildManifest(appManifest.file, { ...options, homepage: deps.homepage, redirectUrl }),
    nextSteps: (app) => nextSteps(app, deps),
  });
  try {
    print(`Open ${server.url} in a browser on this machine, within an hour. Ctrl-C ends this.`);
    const app = await Promise.race([server.registered, untilOver(clock, signal)]);
    if (app === null) {
      deps.warn(deps.signal.aborted ? "Ended; no app was registered." : "Nobody came within an hour.");
      return false;
    }
    print(`${app.name} is registered.`);
    for (const [index, step] of nextSteps(app, deps).entries()) print(`${index + 1}. ${step}`);
    return true;
  } finally {
    ended.abort();
    await server.close();
  }
};

const untilOver = async (clock: Clock, signal: AbortSignal): Promise<null> => {
  await clock.sleep(WAIT_MS_MAX, signal).catch(() => undefined);
  return null;
};

const nextSteps = (app: RegisteredApp, deps: RegisterAppDeps): string[] => {
  const { options, envFile, hasApiTokens } = deps;
  // A state means something to our own page only.
  const link =
    options.setupUrl === null
      ? `${app.html_url}/installations/new`
      : deps.installLinks(app.pem).link(app.html_url);
  return [
    `APP_ID, PRIVATE_KEY${app.webhook_secret === null ? "" : " and WEBHOOK_SECRET"} are in ${envFile.path}, which only you may read. GitHub does not show them again.`,
    ...(options.webhookUrl === null || app.webhook_secret === null
      ? [
          "GitHub sends no events: put WEBHOOKS=off in there too, or set a webhook address in the app's settings on GitHub.",
        ]
      : []),
    ...(hasApiTokens
      ? []
      : ["Put INTERNAL_API_TOKENS in there too; a token is what this prints: openssl rand -hex 32"]),
    "Start the service: npm start",
    `Install the app and choose the config repositories: ${link}`,
  ];
};
