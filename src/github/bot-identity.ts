import type { Logger } from "pino";
import { z } from "zod";
import type { CommitIdentity } from "../git/transport.ts";
import type { AppAuthentication } from "./app-auth.ts";
import type { RepositoryClient } from "./client.ts";
import type { GithubHost } from "./host.ts";
import { readAnswer } from "./read-answer.ts";

const ROUTE = "GET /users/{username}";

export interface BotIdentityDeps {
  host: Pick<GithubHost, "noreplyHost">;
  appAuth: Pick<AppAuthentication, "app">;
  /** GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL. */
  override: { name: string | null; email: string | null };
  log: Pick<Logger, "warn">;
}

export interface BotIdentity {
  /** `<slug>[bot]`: the author of what the app opens and writes on GitHub, whatever the commits say. */
  login(signal: AbortSignal): Promise<string>;
  /** Author and committer of the app's commits. */
  commitIdentity(client: Pick<RepositoryClient, "request" | "signal">): Promise<CommitIdentity>;
}

/**
 * Who the app is in commits: `<slug>[bot] <<id>+<slug>[bot]@users.noreply.<host>>`, which GitHub links to the app.
 * The id is the bot user's, not the app's, and is asked for once. Without an answer the address goes without the id:
 * a commit must not fail for its link.
 */
export const createBotIdentity = ({ host, appAuth, override, log }: BotIdentityDeps): BotIdentity => {
  let userId: number | undefined;

  const login = async (signal: AbortSignal) => `${(await appAuth.app(signal)).slug}[bot]`;

  const email = async (client: Pick<RepositoryClient, "request" | "signal">, username: string) => {
    try {
      const read = async () => (await client.request(ROUTE, { username })).data;
      userId ??= readAnswer(z.object({ id: z.number() }), await read(), ROUTE).id;
      return `${userId}+${username}@users.noreply.${host.noreplyHost}`;
    } catch (error) {
      client.signal.throwIfAborted();
      log.warn({ err: error }, "the bot's user id is not known; its commits will not be linked to the app");
      return `${username}@users.noreply.${host.noreplyHost}`;
    }
  };

  return {
    login,
    commitIdentity: async (client) => {
      if (override.name !== null && override.email !== null) {
        return { name: override.name, email: override.email };
      }
      const username = await login(client.signal);
      return { name: override.name ?? username, email: override.email ?? (await email(client, username)) };
    },
  };
};
