import { publicUserAnswer } from "../answers/account.ts";
import { notFound } from "../github-error.ts";
import type { Rest } from "../rest/rest.ts";
import { accountByLogin } from "../state/lookup.ts";
import type { RouteDeps } from "./route-deps.ts";

/** What is open to everybody, and the caller's own limits. */
export function metaRoutes(rest: Rest, { site, store, rateLimit }: RouteDeps): void {
  rest.anyone("GET", "/meta", () => ({
    status: 200,
    body: { verifiable_password_authentication: false, installed_version: "3.19.0" },
  }));

  rest.installation("GET", "/rate_limit", ({ token }) => {
    const core = rateLimit.look(token.sha256);
    return {
      status: 200,
      body: { resources: { core, search: { ...core, limit: 30, remaining: 30, used: 0 } }, rate: core },
    };
  });

  rest.anyone("GET", "/users/:username", ({ params }) => {
    const account = accountByLogin(store.state, params.username ?? "");
    if (!account) throw notFound();
    return { status: 200, body: publicUserAnswer(site, account) };
  });
}
