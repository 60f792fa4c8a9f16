import type { AddressInfo } from "node:net";
import rateLimit from "@fastify/rate-limit";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import type { RegisteredApp } from "../github/app-manifest.ts";
import { createFinishRegistration, type Finish, type FinishDeps } from "./finish-registration.ts";
import { donePage, type PageAnswer, problemPage, type StartFacts, startPage } from "./register-pages.ts";

const REQUESTS_PER_MINUTE_MAX = 120;
const REQUEST_TIMEOUT_MS = 10_000;
const BODY_BYTES_MAX = 1_024;
/** GitHub's are 40 hexadecimal digits. */
const CODE = /^[A-Za-z0-9_-]{1,200}$/;
const STATE_LENGTH_MAX = 200;
const DONE_PATH = "/registered";

export interface RegisterServerDeps extends FinishDeps {
  facts: Omit<StartFacts, "manifest" | "state">;
  manifest(redirectUrl: string): StartFacts["manifest"];
  /** Path of the first page, which nobody can guess: its form holds the state. */
  startPath: string;
  nextSteps(app: RegisteredApp): string[];
  /** Tells whoever sits at the terminal what went wrong. */
  warn(message: string): void;
}

export interface RegisterServer {
  /** Of the first page. */
  url: string;
  registered: Promise<RegisteredApp>;
  close(): Promise<void>;
}

/**
 * The two pages of GitHub's manifest flow, on the loopback address and a port of the system's choice: the one that leads
 * to GitHub, and the one GitHub leads back to.
 */
export const startRegisterServer = async (deps: RegisterServerDeps): Promise<RegisterServer> => {
  const { facts, state, startPath } = deps;
  const finish = createFinishRegistration(deps);
  const { promise: registered, resolve } = Promise.withResolvers<RegisteredApp>();
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
  });
  const port = (): number => (app.server.address() as AddressInfo).port;

  // A name of somebody else's that leads here (DNS rebinding) would let a page of theirs read ours.
  app.addHook("onRequest", async (request, reply) => {
    const { host } = request.headers;
    if (host === `127.0.0.1:${port()}` || host === `localhost:${port()}`) return;
    return send(reply, problemPage(403, "This page answers on the loopback address only."));
  });
  await app.register(rateLimit, { max: REQUESTS_PER_MINUTE_MAX, timeWindow: 60_000 });
  app.setNotFoundHandler((_request, reply) => send(reply, problemPage(404, "There is no such page.")));
  app.setErrorHandler((error, _request, reply) => {
    const { statusCode = 500 } = error as { statusCode?: number };
    return send(reply, problemPage(statusCode, "This request can't be answered."));
  });

  app.get(startPath, (_request, reply) => {
    const manifest = deps.manifest(`http://127.0.0.1:${port()}${DONE_PATH}`);
    return send(reply, startPage({ ...facts, manifest, state: state.current() }));
  });
  app.get(DONE_PATH, async (request, reply) => {
    const given = givenBy(request);
    const ending: Finish = given === null ? { kind: "foreign" } : await finish(given);
    const { page, warning } = answerTo(ending, deps.nextSteps);
    if (warning !== null) deps.warn(warning);
    if (ending.kind === "registered") {
      const { app: made } = ending;
      // The browser has the page before the server goes; one that did not wait for it is not heard of again.
      if (reply.raw.destroyed) resolve(made);
      else reply.raw.once("close", () => resolve(made));
    }
    return send(reply, page);
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  return { url: `http://127.0.0.1:${port()}${startPath}`, registered, close: () => app.close() };
};

const send = (reply: FastifyReply, { status, headers, body }: PageAnswer): FastifyReply =>
  reply.code(status).headers(headers).send(body);

const givenBy = (request: FastifyRequest): { code: string; state: string } | null => {
  const { code, state } = request.query as Record<string, unknown>;
  if (typeof code !== "string" || typeof state !== "string") return null;
  return CODE.test(code) && state.length <= STATE_LENGTH_MAX ? { code, state } : null;
};

const answerTo = (
  ending: Finish,
  nextSteps: RegisterServerDeps["nextSteps"],
): { page: PageAnswer; warning: string | null } => {
  const problem = (status: number, message: string) => ({
    page: problemPage(status, message),
    warning: message,
  });
  switch (ending.kind) {
    case "registered":
      return { page: donePage(ending.app.name, nextSteps(ending.app)), warning: null };
    case "foreign":
      return problem(
        403,
        "This did not begin on the page of this command, or more than an hour ago, or was finished already. Begin on that page.",
      );
    case "busy":
      return problem(409, "GitHub is being asked already. Look again in a moment.");
    case "refused":
      return problem(
        400,
        `GitHub does not take the code it gave: it is good once, and for an hour. ${ending.message} Begin again on the first page. If GitHub has made an app, delete it in its settings there, or its name stays taken.`,
      );
    case "failed":
      return problem(502, `${ending.message} Load this page again to try again.`);
    default:
      return ending satisfies never;
  }
};
