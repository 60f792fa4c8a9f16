import type { FastifyRequest } from "fastify";
import { listConfigReposOfInstallation } from "../../db/config-repos-store.ts";
import { findInstallation } from "../../db/installations-store.ts";
import { html } from "../../register/html.ts";
import { pageHeaders, renderPage } from "../../register/page.ts";
import {
  LOOKS_MAX,
  NAMED_MAX,
  neutralSetupPage,
  notInstalledSetupPage,
  requestedSetupPage,
  setupPage,
} from "../../register/setup-page.ts";
import { ERROR_CODES } from "../error-codes.ts";
import { toAppError } from "../error-handler.ts";
import type { HttpApp } from "../http-app.ts";
import type { HttpDeps } from "../http-deps.ts";
import type { RateLimits } from "../rate-limits.ts";

const PATH = "/setup";
/** The app may have heard of a change before the person who made it is led here. */
const HEARD_BEFORE_MS = 60_000;
const TEXT_LENGTH_MAX = 200;

/**
 * Where GitHub leads people after they installed the app or changed an installation. A browser comes, so no token is
 * asked for; and since anybody can come with any installation's number, what an installation covers is shown only to
 * those who bring the state of one of our links:
 * https://docs.github.com/apps/creating-github-apps/registering-a-github-app/about-the-setup-url
 */
export const setupRoutes = (
  app: HttpApp,
  { db, setup }: Pick<HttpDeps, "db" | "setup">,
  limits: RateLimits,
): void => {
  app.get(
    PATH,
    {
      schema: { hide: true },
      onRequest: limits.public,
      // A person looks at it: a page says what an envelope would.
      errorHandler: (error, request, reply) => {
        const { code, message } = toAppError(error, request.id);
        const { status } = ERROR_CODES[code as keyof typeof ERROR_CODES];
        if (status >= 500) request.log.error({ err: error }, "request failed");
        return reply
          .code(status)
          .headers(pageHeaders())
          .send(renderPage({ title: "Not now", content: html`<p>${message}</p>` }));
      },
    },
    async (request, reply) => {
      const visit = visitOf(request);
      void reply.headers(pageHeaders());
      if (!setup.isLinkState(visit.state)) return reply.send(neutralSetupPage());
      if (visit.action === "request" || visit.installationId === null)
        return reply.send(requestedSetupPage());
      return reply.send(await describe({ db, now_ms: setup.now() }, visit, visit.installationId));
    },
  );
};

interface Visit {
  installationId: number | null;
  action: string;
  state: string;
  looks: number;
  /** When this person came first; null: just now. */
  since_ms: number | null;
}

const visitOf = (request: FastifyRequest): Visit => {
  const query = request.query as Record<string, unknown>;
  const text = (name: string): string => {
    const value = query[name];
    return typeof value === "string" && value.length <= TEXT_LENGTH_MAX ? value : "";
  };
  const number = (name: string, pattern: RegExp): number | null =>
    pattern.test(text(name)) ? Number(text(name)) : null;
  return {
    installationId: number("installation_id", /^\d{1,15}$/),
    action: text("setup_action"),
    state: text("state"),
    looks: Math.min(number("looks", /^\d{1,2}$/) ?? 0, LOOKS_MAX),
    since_ms: number("since", /^\d{13}$/),
  };
};

const describe = async (
  { db, now_ms }: { db: HttpDeps["db"]; now_ms: number },
  { action, state, looks, since_ms }: Visit,
  id: number,
): Promise<string> => {
  const came_ms = since_ms ?? now_ms;
  const [installation, repos] = await Promise.all([
    findInstallation(db, id),
    listConfigReposOfInstallation(db, id, NAMED_MAX + 1),
  ]);
  const synced_ms = installation?.synced_at?.getTime() ?? 0;
  const settled = synced_ms > came_ms - HEARD_BEFORE_MS;
  if (settled && installation?.status === "deleted") return notInstalledSetupPage();
  const next = new URLSearchParams({
    installation_id: String(id),
    setup_action: action,
    state,
    looks: String(looks + 1),
    since: String(came_ms),
  });
  return setupPage({
    settled,
    account: installation?.account_login ?? null,
    repos,
    looks,
    nextUrl: `${PATH}?${next}`,
  });
};
