import type { Selectable } from "kysely";
import type { Clock } from "../clock.ts";
import type { ConfigReposTable, InstallationsTable } from "../db/schema.ts";
import type { CommitIdentity, OpenTransport } from "../git/transport.ts";
import type { AppAuthentication } from "../github/app-auth.ts";
import type { BotIdentity } from "../github/bot-identity.ts";
import type { GithubClient, RepositoryClient } from "../github/client.ts";
import { type Comments, createComments } from "../github/comments.ts";
import { type GithubHost, gitUrl } from "../github/host.ts";
import type { Permissions } from "../github/installation.ts";
import { createPullRequests, type PullRequests } from "../github/pull-requests.ts";
import { createTokenSource } from "../github/token-source.ts";
import { askedAfresh } from "./fresh-answer.ts";
import { createRetryingGit, type RetryingGit } from "./retrying-git.ts";

export interface ConfigRepoAccessDeps {
  host: GithubHost;
  auth: AppAuthentication;
  client: GithubClient;
  bot: BotIdentity;
  openTransport: OpenTransport;
  clock: Clock;
  random: () => number;
}

/**
 * - `read` a preview: looks, and must not be able to write
 * - `write` branches and pull requests
 * - `mirror` reads pull requests, and checks, statuses and reviews where granted
 * - `feedback` comments, reactions, the text of a pull request, and the check where granted
 */
export type Purpose = "read" | "write" | "mirror" | "feedback";

export interface AccessOptions {
  configRepo: Selectable<ConfigReposTable>;
  installation: Selectable<InstallationsTable>;
  /** What the token is good for: no more than the job needs. */
  purpose: Purpose;
  signal: AbortSignal;
  /** Asked right before each write to GitHub or git; what it throws stops the write. */
  beforeWrite: () => Promise<void>;
}

/** One config repo, over git and REST, for the time of one job. */
export interface ConfigRepoAccess {
  git: RetryingGit;
  /** For what the parts below do not offer. */
  client: RepositoryClient;
  pulls: PullRequests;
  comments: Comments;
  /** Mints the token, so that what is missing is known before any work. @throws AppError GITHUB_NOT_CONFIGURED */
  ready(): Promise<void>;
  botLogin(): Promise<string>;
  commitIdentity(): Promise<CommitIdentity>;
  close(): Promise<void>;
}

export type OpenConfigRepo = (options: AccessOptions) => ConfigRepoAccess;

const NEEDED: Record<Purpose, Permissions> = {
  read: { contents: "read" },
  write: { contents: "write", pull_requests: "write" },
  mirror: { pull_requests: "read" },
  feedback: { contents: "read", pull_requests: "write" },
};
const WANTED: Record<Purpose, Permissions> = {
  read: {},
  write: { checks: "write" },
  mirror: { checks: "read", statuses: "read" },
  feedback: { checks: "write" },
};

/** Gives access to config repos with a token for that one repository and those permissions only. */
export const createConfigRepoAccess =
  (deps: ConfigRepoAccessDeps): OpenConfigRepo =>
  ({ configRepo, installation, purpose, signal, ...options }) => {
    const { owner, repo } = configRepo;
    const beforeWrite = askedAfresh(options.beforeWrite, deps.clock);
    const installationId = Number(configRepo.auth_ref);
    const tokens = createTokenSource(deps.auth, {
      installationId,
      repositoryId: configRepo.github_repo_id,
      needed: NEEDED[purpose],
      wanted: WANTED[purpose],
      granted: installation.permissions as Permissions,
      signal,
    });
    const client = deps.client.forRepository({ owner, repo, installationId, tokens, signal, beforeWrite });
    const transport = deps.openTransport({
      url: gitUrl(deps.host, { owner, repo }),
      authorization: tokens.gitAuthorization,
      signal,
    });
    // Once a run: what GitHub says of waiting to the one who asks first goes for all who ask after.
    let login: Promise<string> | undefined;
    const botLogin = (): Promise<string> => {
      login ??= deps.bot.login(signal);
      return login;
    };
    return {
      git: createRetryingGit({ ...deps, transport, tokens, signal, beforeWrite }),
      client,
      pulls: createPullRequests(client),
      comments: createComments({ client, clock: deps.clock }),
      ready: async () => void (await tokens.token()),
      botLogin,
      commitIdentity: () => deps.bot.commitIdentity(client),
      close: () => transport.close(),
    };
  };
