import type { AppAuthentication } from "./app-auth.ts";
import type { GithubClient } from "./client.ts";
import { type RepositoryInfo, repositorySchema } from "./installation.ts";
import { orNull } from "./or-null.ts";
import { readAnswer } from "./read-answer.ts";
import { createTokenSource } from "./token-source.ts";

export interface RepositoryQuery {
  installationId: number;
  owner: string;
  repo: string;
  signal: AbortSignal;
}

/**
 * A repository as an installation sees it.
 * @returns null when the installation does not cover it, is suspended, or there is no such repository
 */
export const findRepository = async (
  deps: {
    appAuth: Pick<AppAuthentication, "repoInstallation" | "installationToken">;
    github: GithubClient;
  },
  { installationId, owner, repo, signal }: RepositoryQuery,
): Promise<RepositoryInfo | null> => {
  // A token alone would prove nothing: every installation may read every public repository.
  const covering = await deps.appAuth.repoInstallation({ owner, repo }, signal);
  if (covering === null || covering.id !== installationId || covering.suspended_at !== null) return null;
  const tokens = createTokenSource(deps.appAuth, {
    installationId,
    repositoryId: "all",
    needed: { metadata: "read" },
    signal,
  });
  const beforeWrite = async () => {};
  const client = deps.github.forRepository({ owner, repo, installationId, tokens, signal, beforeWrite });
  const route = "GET /repos/{owner}/{repo}";
  return orNull(async () =>
    readAnswer(repositorySchema, (await client.request(route, { owner, repo })).data, route),
  );
};
