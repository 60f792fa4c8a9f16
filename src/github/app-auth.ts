import { createAppAuth } from "@octokit/auth-app";
import { AppError } from "../errors.ts";
import { GithubApiError } from "./github-errors.ts";
import {
  type App,
  appSchema,
  type Installation,
  installationIdsSchema,
  installationSchema,
} from "./installation.ts";
import { createInstallationTokens, type InstallationTokens } from "./installation-tokens.ts";
import { createOctokit, type OctokitDeps } from "./octokit.ts";
import { orNull } from "./or-null.ts";
import { readAnswer } from "./read-answer.ts";
import { readPages } from "./read-pages.ts";
import { type RequestPolicyDeps, underRequestPolicy } from "./request-policy.ts";

const INSTALLATIONS_PER_PAGE = 100;
/** Of installations: 10,000. */
const INSTALLATION_PAGES_MAX = 100;

export interface AppAuthenticationDeps extends OctokitDeps, RequestPolicyDeps {
  clock: OctokitDeps["clock"];
  log: OctokitDeps["log"];
  appId: number;
  /** PEM; line breaks may be written as `\n`. */
  privateKey: string;
}

export interface AppAnswer {
  data: unknown;
  /** The Link header. */
  link: string | undefined;
}

export interface AppAuthentication extends InstallationTokens {
  /** The app itself; asked once. */
  app(signal: AbortSignal): Promise<App>;
  /** null: no such installation (any more). */
  installation(installationId: number, signal: AbortSignal): Promise<Installation | null>;
  /** Every account the app is on, the first 10,000; what else is to be known of each is asked for by its id. */
  installations(signal: AbortSignal): Promise<{ id: number }[]>;
  /** The installation that covers a repository; null: none does, or there is no such repository. */
  repoInstallation(name: { owner: string; repo: string }, signal: AbortSignal): Promise<Installation | null>;
  /** A route for which there is no method here. A 5xx sends it again, so it has to be one that may happen twice. */
  request(route: string, parameters: Record<string, unknown>, signal: AbortSignal): Promise<AppAnswer>;
}

/**
 * The app's own identity towards GitHub. The private key stays in here; what comes out are installation tokens,
 * narrowed to what they are for.
 *
 * Every method throws AppError GITHUB_NOT_CONFIGURED where somebody has to act (the reason says who), and
 * GithubApiError, RescheduleError or the signal's reason otherwise.
 */
export const createAppAuthentication = (deps: AppAuthenticationDeps): AppAuthentication => {
  // An own createAppAuth on an Octokit with our base URL: Probot's `auth()` would mint on api.github.com.
  const octokit = createOctokit(deps, {
    authStrategy: createAppAuth,
    auth: { appId: deps.appId, privateKey: deps.privateKey },
  });
  const auth = octokit.auth as ReturnType<typeof createAppAuth>;

  const checkKey = async () => {
    try {
      await auth({ type: "app" });
    } catch {
      // What the crypto library says of a key is not passed on.
      throw noCredentials("PRIVATE_KEY can't be read as an RSA private key in PEM form.");
    }
  };

  /** Each request carries a new JWT, so a 401 is final. */
  const asApp = async <T>(route: string, signal: AbortSignal, send: () => Promise<T>): Promise<T> => {
    try {
      return await underRequestPolicy(send, deps, { route, signal, repeatable: true });
    } catch (error) {
      if (error instanceof GithubApiError && error.status === 401) {
        throw noCredentials(
          `GitHub takes no APP_ID with this PRIVATE_KEY, or the clock is off. ${error.message}`,
        );
      }
      if (!(error instanceof AppError) && !signal.aborted) await checkKey();
      throw error;
    }
  };

  const installation: AppAuthentication["installation"] = (installation_id, signal) => {
    const route = "GET /app/installations/{installation_id}";
    const send = () => octokit.request(route, { installation_id, request: { signal } });
    return orNull(async () => readAnswer(installationSchema, (await asApp(route, signal, send)).data, route));
  };

  const installations: AppAuthentication["installations"] = (signal) => {
    const route = "GET /app/installations";
    return readPages(INSTALLATION_PAGES_MAX, async (page) => {
      const asked = { per_page: INSTALLATIONS_PER_PAGE, page, request: { signal } };
      const { data, headers } = await asApp(route, signal, () => octokit.request(route, asked));
      return { items: readAnswer(installationIdsSchema, data, route), link: headers.link };
    });
  };

  const repoInstallation: AppAuthentication["repoInstallation"] = (name, signal) => {
    const route = "GET /repos/{owner}/{repo}/installation";
    const send = () => octokit.request(route, { ...name, request: { signal } });
    return orNull(async () => readAnswer(installationSchema, (await asApp(route, signal, send)).data, route));
  };

  const request: AppAuthentication["request"] = async (route, parameters, signal) => {
    const send = () => octokit.request(route, { ...parameters, request: { signal } });
    const { data, headers } = await asApp(route, signal, send);
    return { data, link: headers.link };
  };

  let known: App | undefined;
  const app: AppAuthentication["app"] = async (signal) => {
    const route = "GET /app";
    const send = () => octokit.request(route, { request: { signal } });
    known ??= readAnswer(appSchema, (await asApp(route, signal, send)).data, route);
    return known;
  };

  const tokens = createInstallationTokens({ auth, asApp, installation, clock: deps.clock });
  return { ...tokens, app, installation, installations, repoInstallation, request };
};

const noCredentials = (message: string) =>
  new AppError("GITHUB_NOT_CONFIGURED", message, { reason: "no_credentials" });
