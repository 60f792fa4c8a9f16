import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { GitHubError } from "../github-error.ts";
import { html } from "../pages/html.ts";
import { layout } from "../pages/layout.ts";
import { accountById, accountByLogin } from "../state/lookup.ts";
import type { AccountRecord } from "../state/model.ts";
import type { Store } from "../state/store.ts";
import { UnknownNameError } from "../world/find.ts";
import type { World } from "../world.ts";
import { lastField, sendPage, setPolicy } from "./manifest-answer.ts";
import { type CheckedManifest, checkManifest, checkName, slugOf } from "./manifest-check.ts";
import type { ManifestCodes } from "./manifest-codes.ts";
import { manifestInstallRoutes } from "./manifest-install-routes.ts";
import { confirmPage, invalidPage } from "./manifest-pages.ts";

export interface ManifestDeps {
  store: Store;
  world: World;
  codes: ManifestCodes;
  /** Where events go from now on; null: nowhere. */
  setHookUrl(url: string | null): Promise<void>;
}

/** Whose personal account this is, for whoever sits at the browser. */
const PERSON = "alice";

const NewAppBody = z.object({ manifest: z.string(), name: z.string(), state: z.string().optional() });

/** Pages of a browser: registering the app from a manifest, and installing it. */
export function registerManifestPages(app: FastifyInstance, deps: ManifestDeps): void {
  app.register(async (scope) => {
    scope.addHook("onSend", async (_request, reply) => {
      reply.headers({ "x-content-type-options": "nosniff", "cache-control": "no-store" });
      if (!reply.hasHeader("content-security-policy")) setPolicy(reply, "'self'");
    });
    scope.setErrorHandler(answerError);
    for (const prefix of ["", "/organizations/:org"]) {
      scope.post(`${prefix}/settings/apps/new`, (request, reply) => confirm(deps, request, reply));
      scope.post(`${prefix}/settings/apps`, (request, reply) => create(deps, request, reply));
    }
    manifestInstallRoutes(scope, deps);
  });
}

/** Shows what is about to be made. It changes nothing, so other sites may send people here. */
function confirm(deps: ManifestDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { owner, base } = ownerOf(deps.store, request);
  const text = lastField(request.body, "manifest") ?? "";
  const state = lastField(request.query, "state");
  const manifest = checked(text, reply);
  if (manifest === null) return reply;
  setPolicy(reply, `'self' ${new URL(manifest.redirect_url).origin}`);
  return sendPage(reply, confirmPage({ manifest, text, state, base, owner: owner.login }));
}

/** Makes the app out of this GitHub's one app, and leads back to where the manifest came from. */
async function create(
  deps: ManifestDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { owner, base } = ownerOf(deps.store, request);
  const { manifest: text, name, state = null } = NewAppBody.parse(request.body);
  const manifest = checked(text, reply);
  if (manifest === null) return reply;
  try {
    takeOver(deps.store, owner, manifest, checkName(name));
    await deps.setHookUrl(manifest.hook_url);
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    setPolicy(reply, `'self' ${new URL(manifest.redirect_url).origin}`);
    const page = { manifest: { ...manifest, name }, text, state, base, owner: owner.login };
    return sendPage(reply.code(error.status), confirmPage({ ...page, problem: error.message }));
  }
  const back = new URL(manifest.redirect_url);
  back.searchParams.set("code", deps.codes.issue());
  if (state !== null) back.searchParams.set("state", state);
  return reply.redirect(back.href, 302);
}

function takeOver(store: Store, owner: AccountRecord, manifest: CheckedManifest, name: string): void {
  const slug = slugOf(name);
  if (slug === "") throw new GitHubError(422, "Name must hold a letter or a digit");
  const namesake = accountByLogin(store.state, slug);
  if (namesake && namesake.id !== owner.id) throw new GitHubError(422, "Name is already taken");
  store.update((state) => {
    Object.assign(state.app, {
      name,
      slug,
      owner_id: owner.id,
      permissions: manifest.permissions,
      events: manifest.events,
      setup_url: manifest.setup_url,
      setup_on_update: manifest.setup_on_update,
    });
    accountById(state, state.app.bot_id).login = `${slug}[bot]`;
  });
}

function ownerOf(store: Store, request: FastifyRequest): { owner: AccountRecord; base: string } {
  const { org } = request.params as { org?: string };
  const owner = accountByLogin(store.state, org ?? PERSON);
  if (!owner || (org !== undefined && owner.type !== "Organization")) {
    throw new UnknownNameError(`organisation ${org ?? PERSON}`);
  }
  return { owner, base: `${org === undefined ? "" : `/organizations/${owner.login}`}/settings/apps` };
}

/** @returns null when the refusal was sent */
function checked(text: string, reply: FastifyReply): CheckedManifest | null {
  try {
    return checkManifest(text);
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    sendPage(reply.code(error.status), invalidPage(error.message));
    return null;
  }
}

function answerError(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof UnknownNameError ? 404 : error instanceof z.ZodError ? 422 : 500;
  return sendPage(reply.code(status), layout("Trouble", html`<h1>${status}</h1><p>${message}</p>`));
}
