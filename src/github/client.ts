import { createOctokit, type OctokitDeps, type PlainOctokit, type SentRequest } from "./octokit.ts";
import { type RequestPolicyDeps, underRequestPolicy } from "./request-policy.ts";
import type { TokenSource } from "./token-source.ts";
import type { WritePacing } from "./write-pacing.ts";

export interface GithubClientDeps extends Omit<OctokitDeps, "onResponse">, RequestPolicyDeps {
  clock: OctokitDeps["clock"];
  log: OctokitDeps["log"];
  pacing: WritePacing;
  onResponse?: (request: SentRequest & { installationId: number }) => void;
}

export interface RepositoryOptions {
  owner: string;
  repo: string;
  installationId: number;
  tokens: Pick<TokenSource, "token" | "renew">;
  signal: AbortSignal;
  /** Called right before each write, re-sent ones included. What it throws stops the write and is passed on. */
  beforeWrite: () => Promise<void>;
}

/** What a caller of `request` may say in its `request` option. */
interface RequestFlags {
  repeatable?: boolean;
  justWritten?: boolean;
}

/** One repository, for the time of one job. */
export interface RepositoryClient {
  owner: string;
  repo: string;
  signal: AbortSignal;
  /**
   * Octokit's `request`, under the policy of `retry.ts`. `request: {repeatable, justWritten}` say what the policy can't
   * know; by default everything but POST and PATCH is repeatable.
   * @throws GithubApiError, UncertainWriteError, RescheduleError, what `beforeWrite` throws, the signal's reason
   */
  request: PlainOctokit["request"];
}

export interface GithubClient {
  forRepository(options: RepositoryOptions): RepositoryClient;
}

/** GitHub's REST API as an installation. */
export const createGithubClient = (deps: GithubClientDeps): GithubClient => ({
  forRepository: ({ owner, repo, installationId, tokens, signal, beforeWrite }) => {
    const octokit = createOctokit(
      { ...deps, onResponse: (request) => deps.onResponse?.({ ...request, installationId }) },
      { authStrategy: anonymous },
    );
    octokit.hook.wrap("request", (request, options) => {
      const isRead = options.method === "GET" || options.method === "HEAD";
      const isRepeatable = options.method !== "POST" && options.method !== "PATCH";
      const { repeatable = isRepeatable, justWritten = false } = options.request as RequestFlags;
      // Octokit's hooks hand on this one object, whatever is passed to `request` below.
      options.request.signal = signal;
      const send = async () => {
        options.headers.authorization = `token ${await tokens.token()}`;
        if (!isRead) {
          await deps.pacing.take(installationId, signal);
          await beforeWrite();
        }
        return await request(options);
      };
      return underRequestPolicy(send, deps, {
        route: `${options.method} ${options.url}`,
        signal,
        repeatable,
        justWritten,
        onUnauthorized: () => tokens.renew(),
      });
    });
    return { owner, repo, signal, request: octokit.request };
  },
});

/**
 * Leaves the Authorization header to the hook above: Octokit's own strategy for no token blames every 4xx on the
 * missing token.
 */
const anonymous = () =>
  Object.assign(async () => ({ type: "unauthenticated" }), {
    hook: (request: (options: unknown) => unknown, options: unknown) => request(options),
  });
