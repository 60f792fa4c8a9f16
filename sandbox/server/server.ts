import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Clock } from "../../src/clock.ts";
import { createAccess } from "../auth/access.ts";
import { createTokens } from "../auth/tokens.ts";
import { createExchanges } from "../exchange.ts";
import { createFaults } from "../faults/faults.ts";
import { createPulls } from "../pulls/pulls.ts";
import { createRateLimit } from "../rest/rate-limit.ts";
import type { Sandbox } from "../sandbox.ts";
import { openSecrets } from "../secrets.ts";
import { initialState } from "../seed/initial-state.ts";
import { seed } from "../seed/seed.ts";
import { isoSeconds, siteAt } from "../site.ts";
import { createRepositories } from "../state/repositories.ts";
import { openStore } from "../state/store.ts";
import { createPeople } from "../world/create-people.ts";
import { createWorld } from "../world/create-world.ts";
import { createGate, type RequestHandler } from "./gate.ts";
import { createHttpHandler } from "./http-handler.ts";
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
  const repositories = createRepositories(join(folder, "repos"));
  const pulls = createPulls({ store, repositories, clock, site });
  const world = createWorld({ site, clock, store, repositories, pulls });
  const people = createPeople({ site, clock, store, repositories, pulls }, world);
  if (!store.state.seeded) await seed(store, world);

  const instance = randomUUID();
  const faults = createFaults();
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
    tokens,
    access,
    rateLimit,
    signal: closing.signal,
  };
  const http = await createHttpHandler({
    ...shared,
    tell: exchanges.tell,
    control: { world, people, faults, log, instance },
  });
  ready(createGate({ site, clock, faults, log, signal: closing.signal }, http.handle));
  writeServerFile(folder, { url: site.url, pid: process.pid, instance });

  let closed: Promise<void> | undefined;
  async function close(): Promise<void> {
    closing.abort();
    store.close();
    faults.clear();
    const ended = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await ended;
    await http.close();
    unlock();
  }

  return {
    ...site,
    ...world,
    ...people,
    secrets,
    faults,
    requests: log.list,
    clearRequests: log.clear,
    onExchange: exchanges.listen,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}
