import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach } from "vitest";
import { type Clock, systemClock } from "../../src/clock.ts";
import { createEventSignal, type EventSignalLimits } from "../../src/db/event-signal.ts";
import { createEventReader, type ReadEvents } from "../../src/http/event-reader.ts";
import { createEventStreams, type EventStreamLimits } from "../../src/http/event-streams.ts";
import type { HttpApp } from "../../src/http/http-app.ts";
import { type EventSource, openEventSource } from "./event-source.ts";
import { type HttpHarness, TOKENS } from "./http-harness.ts";

export const NEVER_MS = 1_000_000;

const STUCK_REQUEST = [
  "GET /api/v1/events HTTP/1.1",
  "Host: x",
  `Authorization: Bearer ${TOKENS.reader}`,
  "Accept: text/event-stream",
  "\r\n",
].join("\r\n");

export interface ServedEvents {
  app: HttpApp;
  url: string;
  /** How many streams are open. */
  open(): number;
  /** A reader of the feed. */
  follow(path?: string, headers?: Record<string, string>, token?: string): Promise<EventSource>;
  /** A reader that waits for the answer's beginning and then takes nothing. */
  followStuck(): Promise<Socket>;
}

interface Changes {
  limits?: Partial<EventStreamLimits>;
  signalLimits?: Partial<EventSignalLimits>;
  /** In place of the database. */
  read?: ReadEvents;
  clock?: Clock;
}

/** A listening server with live events, whose waits are so long that only what a test is about ends them. */
export const useEventServer = (http: HttpHarness): ((changes?: Changes) => Promise<ServedEvents>) => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  return async ({ limits = {}, signalLimits = {}, clock = systemClock, ...changes } = {}) => {
    const log = { info: () => undefined, warn: () => undefined };
    const signal = createEventSignal({
      connection: { connectionString: http.pool.options.connectionString ?? "" },
      clock,
      log,
      limits: { poll_ms: NEVER_MS, interval_ms: 0, ...signalLimits },
    });
    closing.push(() => signal.close());
    let open = 0;
    const eventStreams = createEventStreams({
      read: changes.read ?? createEventReader({ db: http.db, signal, log }),
      clock,
      onCount: (count) => {
        open = count;
      },
      limits: { heartbeat_ms: NEVER_MS, age_ms_max: NEVER_MS, endGrace_ms: NEVER_MS, ...limits },
    });
    const app = await http.serve({ eventStreams });
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    closing.push(() => app.close());
    return {
      app,
      url,
      open: () => open,
      follow: async (path = "events", headers = {}, token = TOKENS.reader) => {
        const source = await openEventSource(`${url}/api/v1/${path}`, { token, headers });
        closing.push(() => source.close());
        return source;
      },
      followStuck: async () => {
        const socket = connect(Number(new URL(url).port), "127.0.0.1");
        closing.push(() => socket.destroy());
        socket.write(STUCK_REQUEST);
        await once(socket, "readable");
        return socket;
      },
    };
  };
};
