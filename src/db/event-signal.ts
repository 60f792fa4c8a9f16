import { EventEmitter, once } from "node:events";
import pg from "pg";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Connection } from "./connect.ts";

/** The trigger that numbers events notifies it; PostgreSQL passes that on once the event is committed. */
const CHANNEL = "relyloop_events";
const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 5_000;
const END_TIMEOUT_MS = 1_000;
/** A server that vanished is noticed by the kernel's probes; until then the polls make up for it. */
const KEEP_ALIVE_DELAY_MS = 30_000;
/** Waits before the 2nd, 3rd… try to connect; the last one goes on. */
const RECONNECT_WAITS_MS = [100, 500, 1_000, 2_000, 5_000];

export interface EventSignalLimits {
  /** A notification that was lost costs this much, not the feed. */
  poll_ms: number;
  /** Rings are at least so far apart: under many writers each reader reads a few events at a time. */
  interval_ms: number;
}

const LIMITS: EventSignalLimits = { poll_ms: 5_000, interval_ms: 50 };

/** Tells readers of events when to look again. A ring means that there may be something new, nothing more. */
export interface EventSignal {
  /** How often it has rung. Take it before reading, so that nothing slips in between reading and waiting. */
  readonly rings: number;
  /** Resolves once it has rung more often than `seen`, which takes `poll_ms` at most. Rejects when aborted. */
  rung(seen: number, signal: AbortSignal): Promise<void>;
  /** Safe to call twice. Whoever waits goes on waiting until aborted. */
  close(): Promise<void>;
}

/**
 * Rings for every committed event, over one connection of its own: opened when somebody waits for the first time,
 * opened again when it is lost, and kept until the end.
 */
export const createEventSignal = (deps: {
  connection: Connection;
  clock: Clock;
  log: Pick<Logger, "info" | "warn">;
  limits?: Partial<EventSignalLimits>;
}): EventSignal => {
  const { connection, clock, log } = deps;
  const { poll_ms, interval_ms } = { ...LIMITS, ...deps.limits };
  const bell = new EventEmitter().setMaxListeners(0);
  const closing = new AbortController();
  let rings = 0;
  let rung_ms = Number.NEGATIVE_INFINITY;
  let ringsLater = false;
  let running: Promise<unknown> | undefined;

  const ring = () => {
    ringsLater = false;
    rung_ms = clock.now();
    rings += 1;
    bell.emit("ring");
  };

  const heard = () => {
    if (ringsLater) return;
    const wait_ms = Math.min(interval_ms, rung_ms + interval_ms - clock.now());
    if (wait_ms <= 0) return ring();
    ringsLater = true;
    clock.sleep(wait_ms, closing.signal).then(ring, () => undefined);
  };

  const stayConnected = async (): Promise<void> => {
    for (let tries = 0; ; tries++) {
      try {
        await listen(connection, closing.signal, heard, () => {
          if (tries > 0) log.info("events are listened for again");
          tries = 0;
          // What was committed before nobody told us of.
          ring();
        });
      } catch (err) {
        if (closing.signal.aborted) return;
        if (tries === 0) log.warn({ err }, "nobody tells of new events; they are polled for meanwhile");
      }
      const wait_ms = RECONNECT_WAITS_MS[Math.min(tries, RECONNECT_WAITS_MS.length - 1)] ?? 0;
      await clock.sleep(wait_ms, closing.signal);
    }
  };

  const poll = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(poll_ms, closing.signal);
      ring();
    }
  };

  return {
    get rings() {
      return rings;
    },
    rung: async (seen, signal) => {
      if (!closing.signal.aborted) running ??= Promise.allSettled([stayConnected(), poll()]);
      while (rings <= seen) await once(bell, "ring", { signal });
    },
    close: async () => {
      closing.abort(new Error("the process is stopping"));
      await running;
    },
  };
};

/** Listens until the connection is lost or the signal aborted; rejects with the reason, and never resolves. */
const listen = async (
  { connectionString }: Connection,
  signal: AbortSignal,
  onNotification: () => void,
  onListening: () => void,
): Promise<never> => {
  signal.throwIfAborted();
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    application_name: "relyloop-events",
  });
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined);
  const abort = () => lost.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  client.on("error", lost.reject);
  client.on("end", () => lost.reject(new Error("the connection that listens for events was closed")));
  client.on("notification", onNotification);
  try {
    await Promise.race([client.connect(), lost.promise]);
    await Promise.race([client.query(`LISTEN ${CHANNEL}`), lost.promise]);
    onListening();
    return await lost.promise;
  } finally {
    signal.removeEventListener("abort", abort);
    await ended(client);
  }
};

/** A server that is not there any more says no good-bye. */
const ended = async (client: pg.Client): Promise<void> => {
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, END_TIMEOUT_MS);
  await Promise.race([client.end().catch(() => undefined), timeout.promise]);
  clearTimeout(timer);
};
