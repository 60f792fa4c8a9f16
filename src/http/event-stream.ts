import type { Clock } from "../clock.ts";
import type { EventPosition, EventRow, ReadEvents } from "./event-reader.ts";
import { eventJson } from "./schemas/events.ts";

/** After a lost connection; the `retry` of the format. */
const RECONNECT_MS = 3_000;
const HEARTBEAT = ": heartbeat\n\n";

export interface EventStreamDeps {
  read: ReadEvents;
  clock: Clock;
  /** A comment is sent after this much silence, so that nothing on the way takes the connection for dead. */
  heartbeat_ms: number;
}

/**
 * Writes the feed from a position on, as https://html.spec.whatwg.org/multipage/server-sent-events.html has it, until
 * `signal` is aborted. An event at a time and only when it is asked for one: a reader decides how fast it goes, and is
 * owed at most the page that was read last.
 */
export async function* eventStream(
  { read, clock, heartbeat_ms }: EventStreamDeps,
  { proposalId, after }: EventPosition,
  signal: AbortSignal,
): AsyncGenerator<string, void, void> {
  try {
    yield `retry: ${RECONNECT_MS}\n\n`;
    for (let last = after; ; ) {
      signal.throwIfAborted();
      const page = read({ proposalId, after: last }, signal);
      // It is left alone when the stream ends first.
      page.catch(() => undefined);
      let events = await within(page, clock, heartbeat_ms, signal);
      for (; events === null; events = await within(page, clock, heartbeat_ms, signal)) yield HEARTBEAT;
      for (const event of events) {
        signal.throwIfAborted();
        yield frame(event);
        last = event.seq;
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

const frame = (event: EventRow): string =>
  `id: ${event.seq}\nevent: ${event.kind}\ndata: ${eventJson(event)}\n\n`;

/** What the promise comes to, or null after `ms`. Rejects when aborted, also while the promise hangs. */
const within = async <T>(
  promise: Promise<T>,
  clock: Clock,
  ms: number,
  signal: AbortSignal,
): Promise<T | null> => {
  signal.throwIfAborted();
  // Not AbortSignal.any: a stream waits many thousands of times, on one signal.
  const waiting = new AbortController();
  const abort = () => waiting.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, clock.sleep(ms, waiting.signal).then(() => null)]);
  } finally {
    signal.removeEventListener("abort", abort);
    waiting.abort();
  }
};
