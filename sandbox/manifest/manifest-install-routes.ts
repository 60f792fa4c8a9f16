import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { accountByLogin } from "../state/lookup.ts";
import { UnknownNameError } from "../world/find.ts";
import type { InstallationView } from "../world.ts";
import { lastField, sendPage, setPolicy } from "./manifest-answer.ts";
import { installPage } from "./manifest-pages.ts";
import type { ManifestDeps } from "./manifest-routes.ts";

type Deps = Pick<ManifestDeps, "store" | "world">;

const InstallBody = z.object({
  account: z.string(),
  selection: z.enum(["all", "selected"]).default("all"),
  repositories: z
    .union([z.string(), z.array(z.string())])
    .default([])
    .transform((value) => [value].flat()),
  state: z.string().optional(),
});

/**
 * Where links for installing lead: an account is chosen, and what of it is covered. Then GitHub leads to the app's setup
 * URL with the installation's number, and hands the link's state on.
 */
export function manifestInstallRoutes(scope: FastifyInstance, deps: Deps): void {
  const { store, world } = deps;
  const known = (request: FastifyRequest): void => {
    const { slug = "" } = request.params as Record<string, string>;
    if (slug !== store.state.app.slug) throw new UnknownNameError(`app ${slug}`);
  };

  scope.get("/apps/:slug/installations/new", (request, reply) => {
    known(request);
    const { app, accounts } = store.state;
    const state = lastField(request.query, "state");
    const entries = accounts
      .filter(({ type }) => type !== "Bot")
      .map((account) => ({
        account,
        installation: world.installation(account.login),
        repositories: world.repositories().filter(({ owner }) => owner === account.login),
      }));
    setPolicy(reply, app.setup_url ? `'self' ${new URL(app.setup_url).origin}` : "'self'");
    return sendPage(reply, installPage(app, state, entries));
  });

  scope.post("/apps/:slug/installations", async (request, reply) => {
    known(request);
    const { account, selection, repositories, state } = InstallBody.parse(request.body);
    if (!accountByLogin(store.state, account)) throw new UnknownNameError(`account ${account}`);
    const before = world.installation(account);
    const wanted = selection === "all" ? "all" : repositories;
    const installation = before ?? (await world.install(account, { repositories: wanted }));
    if (before) await cover(deps, before, repositories);
    return leadOn(deps, reply, { installation, isNew: !before, state: state ?? null });
  });
}

/** Adds and takes away what differs. */
async function cover({ world }: Deps, before: InstallationView, wanted: string[]): Promise<void> {
  for (const repository of wanted.filter((name) => !before.repositories.includes(name))) {
    await world.addRepository(before.id, repository);
  }
  for (const repository of before.repositories.filter((name) => !wanted.includes(name))) {
    await world.removeRepository(before.id, repository);
  }
}

function leadOn(
  { store }: Deps,
  reply: FastifyReply,
  { installation, isNew, state }: { installation: InstallationView; isNew: boolean; state: string | null },
): FastifyReply {
  const { setup_url, setup_on_update } = store.state.app;
  if (!setup_url || !(isNew || setup_on_update)) {
    return reply.redirect(`/apps/${store.state.app.slug}/installations/new`, 303);
  }
  const target = new URL(setup_url);
  target.searchParams.set("installation_id", String(installation.id));
  target.searchParams.set("setup_action", isNew ? "install" : "update");
  if (state !== null) target.searchParams.set("state", state);
  return reply.redirect(target.href, 302);
}
