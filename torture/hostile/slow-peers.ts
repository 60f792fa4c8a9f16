import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Trial } from "../part.ts";

export interface SlowPeers {
  /** Waits until the server has cut off whom it should. @returns what was promised and was not so */
  end(): Promise<string[]>;
}

const IDLE_CONNECTIONS = { short: 50, full: 200 };
const DRIP_MS = 500;
/** What the service allows for the head of a request and for the whole of it, and how often it looks. */
const HEAD_MS_MAX = 10_000;
const REQUEST_MS_MAX = 30_000;
const LOOKED_AT_EVERY_MS = 2_000;
/** For a machine that does a lot else at the same time. */
const SLACK_MS = 15_000;

/** Each never comes to an end, however long one waits. */
const PEERS = [
  {
    name: "a slow head",
    allowed_ms: HEAD_MS_MAX,
    start: "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    drip: "x",
  },
  {
    name: "a head of many slow lines",
    allowed_ms: HEAD_MS_MAX,
    start: "GET /healthz HTTP/1.1\r\n",
    drip: "a: b\r\n",
  },
  { name: "half a request line", allowed_ms: HEAD_MS_MAX, start: "GET /heal", drip: "" },
  {
    name: "a slow body",
    allowed_ms: REQUEST_MS_MAX,
    start:
      "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n[",
    drip: " ",
  },
  {
    name: "slow chunks",
    allowed_ms: REQUEST_MS_MAX,
    start: "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    drip: "1\r\nx\r\n",
  },
];

/**
 * Connects peers that are slow on purpose, and many that say nothing, and lets them be while everything else goes on. The
 * short form waits for those who may not even finish a head.
 */
export const startSlowPeers = async (
  port: number,
  { size }: Pick<Trial, "size">,
): Promise<SlowPeers & AsyncDisposable> => {
  const waited = PEERS.filter(({ allowed_ms }) => size === "full" || allowed_ms === HEAD_MS_MAX);
  const slow = await Promise.all(
    waited.map(async ({ name, allowed_ms, start, drip }) => {
      const socket = await open(port);
      const began_ms = performance.now();
      const closed = new Promise<number>((resolve) => {
        socket.once("close", () => resolve(performance.now() - began_ms));
      });
      socket.resume();
      socket.write(start);
      const timer = setInterval(() => socket.writable && socket.write(drip), DRIP_MS);
      socket.once("close", () => clearInterval(timer));
      return { name, allowed_ms, began_ms, socket, closed };
    }),
  );
  const idle = await Promise.all(Array.from({ length: IDLE_CONNECTIONS[size] }, () => open(port)));
  const disconnect = () => {
    for (const socket of [...idle, ...slow.map(({ socket: one }) => one)]) socket.destroy();
  };

  return {
    end: async () => {
      const found = await Promise.all(
        slow.map(async ({ name, allowed_ms, began_ms, closed }) => {
          const most_ms = allowed_ms + LOOKED_AT_EVERY_MS + SLACK_MS;
          const took_ms = await within(closed, began_ms + most_ms - performance.now());
          if (took_ms === null) return [`${name} was not cut off within ${most_ms / 1_000} s`];
          return took_ms < allowed_ms / 2
            ? [`${name} was cut off after ${Math.round(took_ms)} ms already`]
            : [];
        }),
      );
      disconnect();
      return found.flat();
    },
    [Symbol.asyncDispose]: async () => disconnect(),
  };
};

const open = async (port: number): Promise<Socket> => {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
};

/** What the promise comes to, or null when it takes longer. */
const within = async <T>(promise: Promise<T>, ms: number): Promise<T | null> => {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), Math.max(ms, 0));
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};
