import type { createAppAuth } from "@octokit/auth-app";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { AppError, type NotConfiguredReason } from "../errors.ts";
import { GithubApiError } from "./github-errors.ts";
import { grantedPart, type Installation, isGranted, type Permissions } from "./installation.ts";
import { readAnswer } from "./read-answer.ts";

/** A token with less than this left is not handed out: a job may use it for a while. */
const LEFT_MS_MIN = 5 * 60_000;
const MINT_ROUTE = "POST /app/installations/{installation_id}/access_tokens";

/** What the authentication makes of the answer, and remembers, holds whatever the answer held. */
const mintedSchema = z.object({ token: z.string().min(1), expiresAt: z.string().min(1) });

export interface TokenRequest {
  installationId: number;
  /** The one repository the token is good for; `all` only for reading which repositories there are. */
  repositoryId: number | "all";
  /** Without one of these the work can't be done. */
  needed: Permissions;
  /** Asked for as well where the installation grants them. */
  wanted?: Permissions;
  /** What the installation grants as far as we know, such as from our table; unknown: everything wanted is tried. */
  granted?: Permissions;
  /** A token GitHub answered 401 to: not handed out again. */
  refused?: string;
  signal: AbortSignal;
}

export interface InstallationToken {
  token: string;
  /** What it was minted with. */
  permissions: Permissions;
  /** ISO 8601. */
  expiresAt: string;
}

export interface InstallationTokens {
  /**
   * A token narrowed to one repository and the needed permissions, from memory while it lasts. Concurrent callers
   * for the same one share one request.
   * @throws AppError GITHUB_NOT_CONFIGURED: no_credentials, uninstalled, suspended, repo_removed, permission_pending
   */
  installationToken(request: TokenRequest): Promise<InstallationToken>;
}

export interface InstallationTokensDeps {
  /** Mints, remembers tokens by (installation, repository, permissions), and joins concurrent requests for one. */
  auth: ReturnType<typeof createAppAuth>;
  asApp: <T>(route: string, signal: AbortSignal, send: () => Promise<T>) => Promise<T>;
  installation: (installationId: number, signal: AbortSignal) => Promise<Installation | null>;
  clock: Clock;
}

export const createInstallationTokens = (deps: InstallationTokensDeps): InstallationTokens => {
  const mint = (request: TokenRequest, permissions: Permissions): Promise<InstallationToken> => {
    const { installationId, repositoryId, refused, signal } = request;
    const ask = (refresh: boolean) =>
      orAborted(
        deps.auth({
          type: "installation",
          installationId,
          ...(repositoryId === "all" ? {} : { repositoryIds: [repositoryId] }),
          permissions,
          refresh,
        }),
        signal,
      );
    // A second token does no harm, so unlike other POSTs this one may be sent again.
    return deps.asApp(MINT_ROUTE, signal, async () => {
      const known = await ask(false);
      const left_ms = Date.parse(known.expiresAt) - deps.clock.now();
      const usable = known.token !== refused && left_ms >= LEFT_MS_MIN;
      const minted = readAnswer(mintedSchema, usable ? known : await ask(true), MINT_ROUTE);
      return { ...minted, permissions };
    });
  };

  /** @throws AppError naming who has to act, found out by looking at the installation */
  const explain = async (request: TokenRequest, refusal: GithubApiError): Promise<Installation> => {
    const installation =
      refusal.status === 404 ? null : await deps.installation(request.installationId, request.signal);
    if (installation === null) {
      throw notConfigured("uninstalled", "The app is not installed there any more: install it again.");
    }
    if (installation.suspended_at !== null) {
      throw notConfigured(
        "suspended",
        "The installation is suspended: its owner can unsuspend it on GitHub.",
      );
    }
    for (const [name, level] of Object.entries(request.needed)) {
      if (isGranted(installation.permissions, name, level)) continue;
      const text = `The installation does not grant ${name}: ${level}. Its owner has to accept it on GitHub.`;
      throw notConfigured("permission_pending", text);
    }
    if (refusal.status !== 422) throw refusal;
    return installation;
  };

  return {
    installationToken: async (request) => {
      const { needed, wanted = {}, granted } = request;
      const extra = granted === undefined ? wanted : grantedPart(wanted, granted);
      try {
        return await mint(request, { ...extra, ...needed });
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const installation = await explain(request, error);
        const less = grantedPart(extra, installation.permissions);
        // Nothing else could be asked for: what is not granted is the repository.
        if (Object.keys(less).length === Object.keys(extra).length) throw repositoryRemoved();
        return await mint(request, { ...less, ...needed }).catch((again: unknown) => {
          throw isRefusal(again) ? repositoryRemoved() : again;
        });
      }
    },
  };
};

const isRefusal = (error: unknown): error is GithubApiError =>
  error instanceof GithubApiError && [403, 404, 422].includes(error.status ?? 0);

const notConfigured = (reason: NotConfiguredReason, message: string) =>
  new AppError("GITHUB_NOT_CONFIGURED", message, { reason });

const repositoryRemoved = () =>
  notConfigured("repo_removed", "The installation does not cover this repository: add it there on GitHub.");

/** One caller who is aborted leaves; the request goes on for those who share it, under its own time-out. */
const orAborted = async <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> => {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
    // Whoever loses the race must not become an unhandled rejection.
    promise.catch(() => {});
  }
};
