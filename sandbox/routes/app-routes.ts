import { z } from "zod";
import { appAnswer, installationAnswer } from "../answers/account.ts";
import { repositoryAnswer } from "../answers/repository.ts";
import { RenamedError, sees } from "../auth/access.ts";
import { notFound } from "../github-error.ts";
import { numberParam, readBody } from "../rest/call.ts";
import { paginate } from "../rest/paginate.ts";
import type { Rest } from "../rest/rest.ts";
import type { Site } from "../site.ts";
import {
  accountById,
  coveredRepositories,
  covers,
  installationById,
  repositoryByName,
} from "../state/lookup.ts";
import type { InstallationRecord, State } from "../state/model.ts";
import type { RouteDeps } from "./route-deps.ts";

const TokenBody = z.object({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.int()).optional(),
  permissions: z.record(z.string(), z.string()).optional(),
});

/** The app itself, its installations and their tokens. */
export function appRoutes(rest: Rest, { site, store, tokens }: RouteDeps): void {
  const { state } = store;

  rest.app("GET", "/app", () => ({ status: 200, body: appAnswer(site, state) }));

  rest.app("GET", "/app/installations", (call) => {
    const { since } = call.query;
    const changed = state.installations.filter(
      ({ updated_at }) => since === undefined || Date.parse(updated_at) >= Date.parse(since),
    );
    const page = paginate(site, call, changed);
    const body = page.items.map((installation) => listedInstallation(site, state, installation));
    return { status: 200, headers: page.headers, body };
  });

  rest.app("GET", "/app/installations/:id", (call) => {
    const installation = installationById(state, numberParam(call, "id"));
    if (!installation) throw notFound();
    return { status: 200, body: installationAnswer(site, state, installation) };
  });

  rest.app("POST", "/app/installations/:id/access_tokens", (call) => {
    const minted = tokens.mint(numberParam(call, "id"), readBody(TokenBody, call.body));
    const installation = installationById(state, minted.record.installation_id);
    const repositories = minted.repositories?.map((repository) => repositoryAnswer(site, state, repository));
    const body = {
      token: minted.token,
      expires_at: minted.record.expires_at,
      permissions: minted.record.permissions,
      repository_selection: repositories ? "selected" : installation?.repository_selection,
      ...(repositories ? { repositories } : {}),
    };
    return { status: 201, body };
  });

  rest.app("GET", "/repos/:owner/:repo/installation", ({ params }) => {
    const found = repositoryByName(state, params.owner ?? "", params.repo ?? "");
    if (found.kind === "missing") throw notFound();
    const installation = state.installations.find((candidate) => covers(candidate, found.repository));
    if (!installation) throw notFound();
    if (found.kind === "renamed") throw new RenamedError(found.repository);
    return { status: 200, body: installationAnswer(site, state, installation) };
  });

  rest.installation("GET", "/installation/repositories", (call) => {
    const visible = coveredRepositories(state, call.installation).filter((repository) =>
      sees(call, repository),
    );
    const page = paginate(site, call, visible);
    const body = {
      total_count: visible.length,
      repository_selection: call.installation.repository_selection,
      repositories: page.items.map((repository) => repositoryAnswer(site, state, repository)),
    };
    return { status: 200, headers: page.headers, body };
  });

  rest.installation("DELETE", "/installation/token", ({ token }) => {
    tokens.revoke(token);
    return { status: 204 };
  });
}

/** Of the account of a listed installation GitHub's description wants all that a user and an enterprise have. */
function listedInstallation(site: Site, state: State, installation: InstallationRecord): object {
  const { login, created_at } = accountById(state, installation.account_id);
  const answer = installationAnswer(site, state, installation);
  const enterprise = { name: login, slug: login, created_at, updated_at: created_at };
  return { ...answer, account: { ...answer.account, ...enterprise } };
}
