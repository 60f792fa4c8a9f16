import { setTimeout as sleep } from "node:timers/promises";
import { openEventSource } from "../../test/http/event-source.ts";
import type { TestService } from "../../test/support/start-service.ts";
import type { FeedEvent } from "./proposal-model.ts";

/** Small, so that there are many seams to lose something at. */
const PAGE_LIMIT = 97;
/** Twice the time in which a stream looks by itself, when a notification was lost. */
const CATCH_UP_MS = 10_000;
const POLL_MS = 20;

interface FeedPage {
  data: FeedEvent[];
  has_more: boolean;
  next_cursor: string | null;
}

/** The whole feed, page by page. */
export const readFeed = async ({ api }: Pick<TestService, "api">): Promise<FeedEvent[]> => {
  const events: FeedEvent[] = [];
  for (;;) {
    const after = events.at(-1)?.seq ?? 0;
    const page = await api.get<FeedPage>(`/events?after=${after}&limit=${PAGE_LIMIT}`);
    events.push(...page.data);
    if (!page.has_more || page.data.length === 0) return events;
  }
};

export interface LiveFeed {
  /** The numbers it was told, once there are so many or nothing more comes for a while. */
  upTo(count: number): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** Somebody who follows the feed live from its beginning. */
export const followFeed = async ({
  running,
  readerToken,
}: Pick<TestService, "running" | "readerToken">): Promise<LiveFeed> => {
  const source = await openEventSource(`${running.webUrl}/api/v1/events`, { token: readerToken });
  const seqs: number[] = [];
  const reading = (async () => {
    for (let event = await source.next(); event !== null; event = await source.next())
      seqs.push(Number(event.id));
  })();
  // It ends with the connection.
  reading.catch(() => undefined);
  return {
    upTo: async (count) => {
      const deadline_ms = performance.now() + CATCH_UP_MS;
      while (seqs.length < count && performance.now() < deadline_ms) await sleep(POLL_MS);
      return [...seqs];
    },
    close: async () => {
      source.close();
      await reading.catch(() => undefined);
    },
  };
};

/** @returns what is wrong with its numbers */
export const judgeFeed = (events: readonly FeedEvent[], live: readonly number[]): string[] => {
  const gap = events.findIndex(({ seq }, index) => seq !== index + 1);
  if (gap !== -1) return [`the feed is numbered without gaps; number ${gap + 1} is ${events[gap]?.seq}`];
  const lost = live.findIndex((seq, index) => seq !== index + 1);
  if (lost !== -1) return [`who followed the feed live was told ${live[lost]} as number ${lost + 1}`];
  if (live.length < events.length)
    return [`who followed the feed live was told ${live.length} of ${events.length} events`];
  return [];
};
