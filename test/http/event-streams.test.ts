import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { EVENTS_PER_PAGE_MAX, type EventRow, type ReadEvents } from "../../src/http/event-reader.ts";
import { useEventServer } from "./event-harness.ts";
import { TOKENS, useHttpServer } from "./http-harness.ts";

const http = useHttpServer();
const serve = useEventServer(http);

/** Far more than sockets hold. */
const TEXT = "x".repeat(50_000);

const rowOf = (seq: number, text = ""): EventRow => ({
  id: uuidv7(),
  seq,
  proposal_id: uuidv7(),
  at: new Date("2026-11-22T12:00:00Z"),
  kind: "open_pr_step",
  actor: null,
  data: { text },
});

/** A feed that never ends, a page at a time. */
const endless = () => {
  const pages: number[] = [];
  const read: ReadEvents = async ({ after }) => {
    pages.push(after);
    return Array.from({ length: EVENTS_PER_PAGE_MAX }, (_, index) => rowOf(after + 1 + index, TEXT));
  };
  return { read, pages };
};

const silent: ReadEvents = () => Promise.withResolvers<never>().promise;

/** Nothing until the test says so. */
const later = () => {
  const next = Promise.withResolvers<EventRow[]>();
  const read: ReadEvents = ({ after }) =>
    after === 0 ? next.promise : Promise.withResolvers<never>().promise;
  return { read, deliver: (seq: number) => next.resolve([rowOf(seq)]) };
};

describe("a reader", () => {
  it("that does not keep up is waited for: nobody holds more for it than the page that was read", async () => {
    const { read, pages } = endless();
    const { app, followStuck } = await serve({ read });
    const response = once(app.server, "request");
    const socket = await followStuck();
    const [, answer] = (await response) as [unknown, ServerResponse];
    await expect.poll(() => answer.writableNeedDrain).toBe(true);
    let seen = -1;
    const restsFull = () => {
      const before = seen;
      seen = pages.length;
      return seen === before && answer.writableNeedDrain;
    };
    await expect.poll(restsFull).toBe(true);

    // An event or two wait in the socket, and what is left of one page; the rest is what the kernel took.
    const page_bytes = EVENTS_PER_PAGE_MAX * TEXT.length;
    expect(answer.writableLength).toBeLessThan(4 * TEXT.length);
    expect(pages.length * page_bytes - (answer.socket?.bytesWritten ?? 0)).toBeLessThan(page_bytes);

    // Once it reads, everything is there, in order.
    let text = "";
    let last = 0;
    for await (const chunk of socket) {
      text += String(chunk);
      const ids = [...text.matchAll(/^id: (\d+)\n(?=event)/gm)];
      for (const [, id] of ids) expect(Number(id)).toBe(++last);
      text = text.slice(-100).replace(/^id: \d+\nevent/m, "");
      if (last >= 2_000) break;
    }
    expect(last).toBeGreaterThanOrEqual(2_000);
  });

  it("that leaves is forgotten at once, however long its next event takes", async () => {
    const { follow, open } = await serve({ read: silent });
    const source = await follow();
    expect(open()).toBe(1);
    source.close();
    await expect.poll(open).toBe(0);
  });

  it("that leaves while it does not keep up is forgotten too", async () => {
    const { read } = endless();
    const { followStuck, open } = await serve({ read });
    const socket = await followStuck();
    expect(open()).toBe(1);
    socket.destroy();
    await expect.poll(open).toBe(0);
  });
});

describe("streams of one process", () => {
  const refusal = async (source: { status: number; headers: Headers; text(): Promise<string> }) => ({
    status: source.status,
    retryAfter: source.headers.get("retry-after"),
    detail: JSON.parse(await source.text()).detail,
  });
  const FULL = {
    status: 429,
    retryAfter: "30",
    detail: { error_code: "RATE_LIMITED", message: expect.any(String), retryable: true },
  };

  it("are so many with one token, and others are not kept from theirs", async () => {
    const { follow, open } = await serve({ read: silent, limits: { perToken_max: 2 } });
    const first = await follow();
    await follow();
    expect(await refusal(await follow())).toEqual(FULL);
    expect((await follow("events", {}, TOKENS.all)).status).toBe(200);

    first.close();
    await expect.poll(open).toBe(2);
    expect((await follow()).status).toBe(200);
  });

  it("are so many in all", async () => {
    const { follow } = await serve({ read: silent, limits: { perProcess_max: 1 } });
    await follow();
    expect(await refusal(await follow("events", {}, TOKENS.all))).toEqual(FULL);
  });

  it("do not count lists", async () => {
    const { follow } = await serve({ read: silent, limits: { perProcess_max: 1 } });
    await follow();
    expect((await follow("events", { accept: "application/json" })).status).toBe(200);
  });
});

describe("a stream ends", () => {
  it("at its age, between two events, and its reader goes on where it was", async () => {
    const { read } = endless();
    const { follow } = await serve({ read, limits: { age_ms_max: 50 } });
    const source = await follow();
    let last = 0;
    for (let event = await source.next(); event !== null; event = await source.next()) {
      expect(Number(event.id)).toBe(++last);
    }
    const resumed = await follow("events", { "last-event-id": String(last) });
    expect((await resumed.next())?.id).toBe(String(last + 1));
  });

  it("at its age in silence, and its connection with it", async () => {
    const { follow, open } = await serve({ read: silent, limits: { age_ms_max: 1 } });
    const source = await follow();
    expect(source.headers.get("connection")).toBe("close");
    expect(await source.next()).toBeNull();
    await expect.poll(open).toBe(0);
  });

  it("at its age for a reader that takes nothing, with its connection cut", async () => {
    const { read } = endless();
    const { followStuck, open } = await serve({ read, limits: { age_ms_max: 50, endGrace_ms: 1 } });
    await followStuck();
    await expect.poll(open).toBe(0);
  });

  it("at once when the process stops, which waits for no reader", async () => {
    const { app, url, follow, open } = await serve({ read: silent });
    const sources = [await follow(), await follow("events", {}, TOKENS.all)];
    await app.close();
    for (const source of sources) expect(await source.next()).toBeNull();
    expect(open()).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it("with what was under way delivered, when the process stops", async () => {
    const { read, deliver } = later();
    const { app, follow } = await serve({ read });
    const source = await follow();
    deliver(7);
    expect((await source.next())?.id).toBe("7");
    await app.close();
    expect(await source.next()).toBeNull();
  });

  it("when the process stops, for a reader that takes nothing too", async () => {
    const { read } = endless();
    const { app, followStuck, open } = await serve({ read, limits: { endGrace_ms: 1 } });
    await followStuck();
    await app.close();
    await expect.poll(open).toBe(0);
  });
});
