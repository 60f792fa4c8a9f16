import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { serveGit } from "../../sandbox/git-http-backend.ts";

/**
 * The real `git http-backend` over the repositories of a folder, in a process of its own: what it costs is not the
 * client's. It adds a wait to each request, and counts requests and the bytes of their bodies.
 */

export type ServerOrder = { do: "add"; latency_ms: number } | { do: "take" };

/** Since the last time they were taken. */
export interface Traffic {
  requests: number;
  /** Of both directions' bodies, as they are on the wire. */
  bytes: number;
}

const [projectRoot = "."] = process.argv.slice(2);
let latency_ms = 0;
let traffic: Traffic = { requests: 0, bytes: 0 };

const server = createServer(async (request, response) => {
  traffic.requests += 1;
  if (latency_ms > 0) await delay(latency_ms);
  countBytes(request, response);
  const { pathname } = new URL(request.url ?? "/", "http://git");
  await serveGit(request, response, {
    projectRoot,
    pathInfo: decodeURIComponent(pathname),
    remoteUser: "app",
  });
});

/** Only right before git reads the body: who listens makes it flow. */
const countBytes = (request: IncomingMessage, response: ServerResponse): void => {
  request.on("data", (chunk: Buffer) => {
    traffic.bytes += chunk.length;
  });
  const write = response.write.bind(response) as (chunk: Buffer, ...more: unknown[]) => boolean;
  response.write = (chunk: Buffer, ...more: unknown[]) => {
    traffic.bytes += chunk.length;
    return write(chunk, ...more);
  };
};

process.on("message", (order: ServerOrder) => {
  switch (order.do) {
    case "add":
      latency_ms = order.latency_ms;
      process.send?.({});
      break;
    case "take":
      process.send?.(traffic);
      traffic = { requests: 0, bytes: 0 };
      break;
    default:
      throw new TypeError(`unknown order ${order satisfies never}`);
  }
});

server.listen(0, "127.0.0.1", () => {
  process.send?.({ origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
