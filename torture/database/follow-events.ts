import { setTimeout as sleep } from "node:timers/promises";
import type { Told } from "./told.ts";

/** A reader of the feed who takes it up where it broke off. */
export interface Follower {
  /** The number of the last event it was sent. */
  readonly last: number;
  /** Breaks the connection off, as a network does. */
  breakOff(): void;
  close(): Promise<void>;
}

const RECONNECT_MS = 200;

/** Follows the events of all proposals from the first one on, and tells of each that is missing, doubled or out of turn. */
export const followEvents = (webUrl: string, token: string, told: Told): Follower => {
  const ending = new AbortController();
  let connection = new AbortController();
  let last = 0;

  const take = (line: string) => {
    if (!line.startsWith("id: ")) return;
    const seq = Number(line.slice("id: ".length));
    if (seq !== last + 1) told.violation(`the feed went on with event ${seq} after ${last}`);
    last = seq;
  };

  const read = async () => {
    connection = new AbortController();
    const response = await fetch(`${webUrl}/api/v1/events`, {
      headers: {
        authorization: `Bearer ${token}`,
        accept: "text/event-stream",
        "last-event-id": String(last),
      },
      signal: AbortSignal.any([connection.signal, ending.signal]),
    });
    if (response.status !== 200) throw new Error(`the feed answered ${response.status}`);
    let begun = "";
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (begun + chunk).split("\n");
      begun = lines.pop() ?? "";
      for (const line of lines) take(line);
    }
  };

  const follow = async () => {
    while (!ending.signal.aborted) {
      // Whatever ended it: what counts is that nothing is missing afterwards.
      await read().catch(() => undefined);
      await sleep(RECONNECT_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const following = follow();

  return {
    get last() {
      return last;
    },
    breakOff: () => connection.abort(),
    close: async () => {
      ending.abort();
      await following;
    },
  };
};
