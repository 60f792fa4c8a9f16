import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Clock } from "../../src/clock.ts";
import { createAccess } from "../auth/access.ts";
import { createTokens } from "../auth/tokens.ts";
import { createExchanges } from "../exchange.ts";
import { createFaults } from "../faults/faults.ts";
import { createPast, inPast } from "../faults/past.ts";
import { makeRepository } from "../git/make-repository.ts";
import { createHooks } from "../hooks/hooks.ts";
import { createManifestCodes } from "../manifest/manifest-codes.ts";
import { createPulls } from "../pulls/pulls.ts";
import { createRateLimit } from "../rest/rate-limit.ts";
import type { Sandbox } from "../sandbox.ts";
import { openSecrets } from "../secrets.ts";
import { initialState } from "../seed/initial-state.ts";
import { seed } from "../seed/seed.ts";
import { isoSeconds, siteAt } from "../site.ts";
import { FOUNDER } from "../state/founder.ts";
import type { State } from "../state/model.ts";
import { createRepositories } from "../state/repositories.ts";
import { openStore } from "../state/store.ts";
import { createPeople } from "../world/create-people.ts";
import { createWorld } from "../world/create-world.ts";
import { addPerson } from "../world/find.ts";
import { firstCommit } from "../world/first-commit.ts";
import { createGate, type RequestHandler } from "./gate.ts";
import { createHttpHandler, type HttpHandler } from "./http-handler.ts";
import { listen } from "./listen.ts";
import { createRequestLog } from "./request-log.ts";
import { readServerFile, writeServerFile } from "./server-file.ts";
import { lockServer } from "./server-lock.ts";

interface ServerOptions {
  dataDir: string;
  port?: number;
  clock: Clock;
}

/** Locks the data folder, listens, and only then reads the state: there is never a second server that could write it. */
export async function startServer(options: ServerOptions): Promise<Sandbox> {
  const folder = join(options.dataDir, "sandbox");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unlock = lockServer(folder);
  const handler = Promise.withResolvers<RequestHandler>();
  // A client of the last server may ask before this one is ready; it waits.
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    handler.promise.then((handle) => handle(request, response)).catch(() => request.socket.destroy());
  };
  let server: Server | undefined;
  try {
    const listening = await listen(wantedPort(folder, options.port), onRequest);
    server = listening.server;
    return await build({ ...options, folder, unlock, server, port: listening.port, ready: handler.resolve });
  } catch (error) {
    server?.close();
    server?.closeAllConnections();
    unlock();
    throw error;
  }
}

function wantedPort(folder: string, port: number | undefined): { port: number; else: "any" | "fail" } {
  if (port !== undefined) return { port, else: "fail" };
  const last = readServerFile(folder);
  // Addresses of pull requests made earlier stay good as long as the port does.
  return { port: last ? Number(new URL(last.url).port) : 0, else: "any" };
}

interface Building extends ServerOptions {
  folder: string;
  port: number;
  server: Server;
  unlock: () => void;
  ready: (handler: RequestHandler) => void;
}

async function build({ dataDir, folder, clock, server, port, unlock, ready }: Building): Promise<Sandbox> {
  const site = siteAt(port);
  const secrets = await openSecrets(dataDir);
  const store = openStore(folder, () => initialState(secrets.app_id, isoSeconds(clock.now())));
  const repositories = createRepositories(join(folder, "repos"), (repository, dir) => {
    const founder = addPerson(store, FOUNDER, isoSeconds(clock.now()));
    return makeRepository(dir, firstCommit(site, repository, founder));
  });
  const hooks = createHooks({
    folder,
    site,
    clock,
    store,
    repositories,
    secret: secrets.webhook_secret,
    numbers: (repository, pull) => pulls.numbers(repository, pull),
  });
  const { emit } = hooks;
  const pulls = createPulls({ store, repositories, clock, site, emit });
  const world = createWorld({ site, clock, store, repositories, pulls, emit });
  const people = createPeople({ site, clock, store, repositories, pulls, emit }, world);
  if (!store.state.seeded) await seed(store, world);

  const instance = randomUUID();
  const past = createPast<HttpHandler>(store);
  const faults = createFaults(past);
  const log = createRequestLog();
  const exchanges = createExchanges();
  const closing = new AbortController();
  const tokens = createTokens(store, clock);
  const access = createAccess({ store, tokens, clock, privateKey: secrets.private_key });
  const rateLimit = createRateLimit(clock);
  const shared = {
    site,
    clock,
    store,
    repositories,
    pulls,
    emit,
    hooks,
    tokens,
    access,
    rateLimit,
    secrets,
    codes: createManifestCodes(clock),
    signal: closing.signal,
  };
  const control = { world, people, faults, hooks: hooks.control, log, instance };
  const handlerDeps = { ...shared, tell: exchanges.tell, control };
  const http = await createHttpHandler(handlerDeps);
  const asItWas = (state: State) => createHttpHandler(inPast(handlerDeps, state, secrets.private_key));
  const gateDeps = { site, clock, faults, log, past: (id: string) => past.server(id, asItWas) };
  ready(createGate({ ...gateDeps, signal: closing.signal }, http.handle));
  writeServerFile(folder, { url: site.url, pid: process.pid, instance });
  hooks.start();

  let closed: Promise<void> | undefined;
  async function close(): Promise<void> {
    closing.abort();
    store.close();
    faults.clear();
    const quiet = hooks.close();
    const ended = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await ended;
    await http.close();
    await quiet;
    unlock();
  }

  return {
    ...site,
    ...world,
    // Copied above as it was; registering the app from a manifest renames it.
    get app() {
      return world.app;
    },
    ...people,
    secrets,
    faults,
    hooks: hooks.control,
    requests: log.list,
    clearRequests: log.clear,
    onExchange: exchanges.listen,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}
