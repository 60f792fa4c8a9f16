import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { Clock } from "../clock.ts";
import type { EventPosition, ReadEvents } from "./event-reader.ts";
import { eventStream } from "./event-stream.ts";

export interface EventStreamLimits {
  /** Less than the 60 s after which load balancers drop a silent connection. */
  heartbeat_ms: number;
  /** A stream ends then, and its reader resumes: with a token that is still known, at a process that is still there. */
  age_ms_max: number;
  perProcess_max: number;
  perToken_max: number;
  /** For what was written last to reach a reader, once its stream is to end. */
  endGrace_ms: number;
}

const LIMITS: EventStreamLimits = {
  heartbeat_ms: 15_000,
  age_ms_max: 60 * 60_000,
  perProcess_max: 200,
  perToken_max: 100,
  endGrace_ms: 1_000,
};

export interface EventStreamRequest extends EventPosition {
  /** The name of the caller's token. */
  token: string;
  /** Its end, however it comes, frees the stream's place. */
  response: ServerResponse;
}

export interface EventStreams {
  /** null: as many are open as there may be, with this token or in all. */
  open(request: EventStreamRequest): Readable | null;
  /** Ends all streams, and from now on each one right after it began. */
  end(): void;
}

export interface EventStreamsDeps {
  read: ReadEvents;
  clock: Clock;
  /** Hears how many are open. */
  onCount: (open: number) => void;
  limits?: Partial<EventStreamLimits>;
}

/** The streams of one process: how many there may be, and how long each. */
export const createEventStreams = ({ read, clock, onCount, ...deps }: EventStreamsDeps): EventStreams => {
  const limits = { ...LIMITS, ...deps.limits };
  const stopping = new AbortController();
  const byToken = new Map<string, number>();
  let open = 0;

  const count = (token: string, change: 1 | -1) => {
    open += change;
    const ofToken = (byToken.get(token) ?? 0) + change;
    if (ofToken === 0) byToken.delete(token);
    else byToken.set(token, ofToken);
    onCount(open);
  };

  return {
    open: ({ token, response, ...position }) => {
      if (open >= limits.perProcess_max || (byToken.get(token) ?? 0) >= limits.perToken_max) return null;
      const gone = new AbortController();
      const ending = new AbortController();
      const leave = () => {
        count(token, -1);
        gone.abort(new Error("the reader went away"));
      };
      count(token, 1);
      // One that closed before is not heard of again.
      if (response.destroyed) leave();
      else response.once("close", leave);
      void endInTime({ response, gone: gone.signal, stopping: stopping.signal, ending, clock, limits });
      const signal = AbortSignal.any([gone.signal, ending.signal]);
      const deps = { read, clock, heartbeat_ms: limits.heartbeat_ms };
      return Readable.from(eventStream(deps, position, signal), { objectMode: false });
    },
    end: () => stopping.abort(new Error("the process is stopping")),
  };
};

/** Ends a stream at its age or when the process stops; one whose reader does not take the end is cut off. */
const endInTime = async (stream: {
  response: ServerResponse;
  gone: AbortSignal;
  stopping: AbortSignal;
  ending: AbortController;
  clock: Clock;
  limits: EventStreamLimits;
}): Promise<void> => {
  const { response, gone, stopping, ending, clock, limits } = stream;
  await clock.sleep(limits.age_ms_max, AbortSignal.any([gone, stopping])).catch(() => undefined);
  if (gone.aborted) return;
  ending.abort(new Error("the stream is over"));
  await clock.sleep(limits.endGrace_ms, gone).catch(() => undefined);
  if (!gone.aborted) response.destroy();
};
