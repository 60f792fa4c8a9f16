import { beforeAll, describe, expect, inject, it } from "vitest";
import { appendEvent, listEvents } from "../../src/db/events-store.ts";
import { adminClient } from "../support/databases.ts";
import { NEVER_MS, useEventServer } from "./event-harness.ts";
import type { EventSource } from "./event-source.ts";
import { createTarget, proposalBody } from "./http-fixtures.ts";
import { TOKENS, useHttpServer } from "./http-harness.ts";

const http = useHttpServer();
const serve = useEventServer(http);

let one: string;
let other: string;
beforeAll(async () => {
  const target = await createTarget(http);
  const submit = async () =>
    (await http.call("POST", "proposals", { payload: proposalBody(target) })).body.id as string;
  one = await submit();
  other = await submit();
});

const append = (proposalId: string, data: Record<string, unknown> = {}) =>
  appendEvent(http.db, { proposalId, kind: "open_pr_step", actor: "Ada", data });
const all = () => listEvents(http.db, { after: 0, limit: 1_000_000 });
const lastSeq = async () => (await all()).at(-1)?.seq ?? 0;
const seqsOf = (events: { id: string }[]) => events.map(({ id }) => Number(id));
const from = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

describe("a stream of events", () => {
  it("holds what the list holds, with number and kind, from the beginning", async () => {
    await append(one, { text: "lines\nand \u2028 more", quote: '"' });
    const { follow } = await serve();
    const listed = (await http.call("GET", "events?limit=200")).body.data;

    const source = await follow();
    const events = await source.take(listed.length);

    expect(events.map(({ data }) => data)).toEqual(listed);
    expect(events).toEqual(
      listed.map((event: { seq: number; kind: string }) => ({
        id: String(event.seq),
        event: event.kind,
        data: event,
      })),
    );
    expect(source.retries).toEqual(["3000"]);
    expect(source.status).toBe(200);
    expect(Object.fromEntries(source.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      "x-content-type-options": "nosniff",
      "x-request-id": expect.any(String),
    });
  });

  it("goes on with what is committed later", async () => {
    const { follow } = await serve();
    const last = await lastSeq();
    const source = await follow(`events?after=${last}`);
    for (const proposalId of [one, other, one]) {
      await append(proposalId);
      const [event] = await source.take(1);
      expect(event?.data.proposal_id).toBe(proposalId);
    }
    expect(await lastSeq()).toBe(last + 3);
  });

  it("of a proposal holds its events only", async () => {
    const { follow } = await serve();
    const source = await follow(`proposals/${other}/events`);
    await append(one);
    await append(other, { the: "last" });
    const wanted = (await all()).filter(({ proposal_id }) => proposal_id === other);
    const events = await source.take(wanted.length);
    expect(seqsOf(events)).toEqual(wanted.map(({ seq }) => seq));
    expect(events.at(-1)?.data.data).toEqual({ the: "last" });
  });

  it("resumes after Last-Event-ID, which wins over ?after=", async () => {
    const { follow } = await serve();
    const last = await lastSeq();
    await append(one);
    await append(one);
    await append(one);
    const resumed = await follow("events?after=0", { "last-event-id": String(last + 1) });
    expect(seqsOf(await resumed.take(2))).toEqual([last + 2, last + 3]);
    const after = await follow(`events?after=${last + 2}`);
    expect(seqsOf(await after.take(1))).toEqual([last + 3]);
    const cursor = await follow(`proposals/${one}/events?cursor=${last + 2}&after=1`);
    expect(seqsOf(await cursor.take(1))).toEqual([last + 3]);
  });

  it("reads as many pages as there are, however small they are", async () => {
    const first = (await lastSeq()) + 1;
    for (let count = 0; count < 250; count++) await append(one);
    const { follow } = await serve();
    const source = await follow(`events?after=${first - 1}&limit=1`);
    expect(seqsOf(await source.take(250))).toEqual(from(first, 250));
  });

  it("fills silence with heartbeats, also while the database does not answer", async () => {
    const { follow } = await serve({
      limits: { heartbeat_ms: 1 },
      read: () => Promise.withResolvers<never>().promise,
    });
    const source = await follow();
    await source.untilComments(5);
    expect(source.comments.slice(0, 2)).toEqual(["heartbeat", "heartbeat"]);
    expect(source.retries).toEqual(["3000"]);
  });

  it("loses nothing when the connection that listens is ended", async () => {
    const { follow } = await serve();
    const last = await lastSeq();
    const source = await follow(`events?after=${last}`);
    await append(one);
    await source.take(1);
    // The event may have been read before anybody listened.
    const endListener = async () => {
      const { rowCount } = await http.pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
      );
      return rowCount;
    };
    await expect.poll(endListener).toBeGreaterThan(0);
    await append(one);
    expect(seqsOf(await source.take(1))).toEqual([last + 2]);
  });

  it("is found out by polling when nobody listens", async () => {
    const { follow } = await serve({ signalLimits: { poll_ms: 1 } });
    const last = await lastSeq();
    const source = await follow(`events?after=${last}`);
    await http.pool.query("ALTER TABLE proposal_events DISABLE TRIGGER proposal_events_number");
    try {
      // An event that notifies nobody.
      await http.pool.query("UPDATE proposal_event_counter SET last_seq = last_seq + 1");
      await http.pool.query(
        "INSERT INTO proposal_events (id, seq, proposal_id, kind) VALUES (gen_random_uuid(), $1, $2, 'open_pr_step')",
        [last + 1, one],
      );
    } finally {
      await http.pool.query("ALTER TABLE proposal_events ENABLE TRIGGER proposal_events_number");
    }
    expect(seqsOf(await source.take(1))).toEqual([last + 1]);
  });

  it("outlives a database that is away, with heartbeats, and goes on when it is back", async () => {
    const { follow } = await serve({ limits: { heartbeat_ms: 1 }, signalLimits: { poll_ms: 1 } });
    const last = await lastSeq();
    const source = await follow(`events?after=${last}`);
    await source.untilComments(1);
    const name = (await http.pool.query("SELECT current_database() AS name")).rows[0].name;
    const admin = adminClient(inject("postgres").adminUrl);
    await admin.connect();
    try {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
      await expect(lastSeq()).rejects.toThrow();
      await source.untilComments(source.comments.length + 20);
    } finally {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
      await admin.end();
    }
    await append(one);
    expect(seqsOf(await source.take(1))).toEqual([last + 1]);
  });
});

describe("with 8 writers whose transactions end in any order, a reader misses nothing and gets nothing twice", () => {
  const WRITERS = 8;
  const TRANSACTIONS = 20;

  /** Each transaction writes one to three events; every fifth one is rolled back, and the first ones end last. */
  const write = async (writer: number): Promise<void> => {
    for (let count = 0; count < TRANSACTIONS; count++) {
      await http.db
        .transaction()
        .execute(async (trx) => {
          const turns = (writer * 7 + count * 3) % 5;
          for (let turn = 0; turn < turns; turn++)
            await trx.selectNoFrom((eb) => eb.val(1).as("x")).execute();
          for (let event = 0; event <= count % 3; event++) {
            await appendEvent(trx, { proposalId: writer % 2 ? one : other, kind: "open_pr_step" });
          }
          if (count % 5 === 0) throw new Error("rolled back");
        })
        .catch((error: Error) => expect(error.message).toBe("rolled back"));
    }
  };
  const EVENTS =
    WRITERS * [...Array(TRANSACTIONS).keys()].reduce((sum, n) => sum + (n % 5 ? (n % 3) + 1 : 0), 0);

  it("at its own pace, resumed every few events, and of one proposal", async () => {
    const { follow } = await serve();
    const first = (await lastSeq()) + 1;
    const path = `events?after=${first - 1}`;

    const readAll = async () => seqsOf(await (await follow(path)).take(EVENTS));
    const readSlowly = async () => {
      const source = await follow(path);
      const seqs: number[] = [];
      while (seqs.length < EVENTS) {
        seqs.push(...seqsOf(await source.take(1)));
        // As slow as the database: the writers are ahead.
        await http.db.selectNoFrom((eb) => eb.val(1).as("x")).execute();
      }
      return seqs;
    };
    const readInParts = async () => {
      const seqs: number[] = [];
      while (seqs.length < EVENTS) {
        const source: EventSource = await follow(path, {
          "last-event-id": String(seqs.at(-1) ?? first - 1),
        });
        seqs.push(...seqsOf(await source.take(Math.min(37, EVENTS - seqs.length))));
        source.close();
      }
      return seqs;
    };
    const readOne = async () => {
      const source = await follow(`proposals/${one}/events?after=${first - 1}`);
      return seqsOf(await source.take(EVENTS / 2));
    };

    const readers = Promise.all([readAll(), readSlowly(), readInParts(), readOne()]);
    await Promise.all(from(0, WRITERS).map(write));
    const [whole, slowly, inParts, ofOne] = await readers;

    expect(whole).toEqual(from(first, EVENTS));
    expect(slowly).toEqual(whole);
    expect(inParts).toEqual(whole);
    const stored = (await all()).filter(({ proposal_id, seq }) => proposal_id === one && seq >= first);
    expect(ofOne).toEqual(stored.map(({ seq }) => seq));
  });
});

describe("a stream is refused", () => {
  it.each(["x", "-1", "1.5", "1e3", "", "9999999999999999", "1, 2"])(
    "with Last-Event-ID %j, as 422 in the form of every other refusal",
    async (id) => {
      const { follow } = await serve();
      const source = await follow("events", { "last-event-id": id });
      expect(source.status).toBe(422);
      expect(JSON.parse(await source.text()).detail).toMatchObject({
        error_code: "VALIDATION_ERROR",
        fields: [{ path: "last-event-id" }],
      });
    },
  );

  it("to a token that may not read, to one nobody knows, and of a proposal that does not exist", async () => {
    const { follow, open } = await serve();
    expect((await follow("events", {}, TOKENS.writer)).status).toBe(403);
    expect((await follow("events", {}, "nobody")).status).toBe(401);
    expect((await follow(`proposals/${one}/events`, {}, TOKENS.metrics)).status).toBe(403);
    expect((await follow("proposals/0198a0c0-0000-7000-8000-000000000000/events")).status).toBe(404);
    expect(open()).toBe(0);
  });
});

describe("whoever does not ask for a stream", () => {
  it.each(["*/*", "application/json", "application/json, text/event-stream"])(
    "with Accept: %s gets JSON",
    async (accept) => {
      const { body, headers } = await http.call("GET", "events?limit=1", { headers: { accept } });
      expect(headers["content-type"]).toContain("application/json");
      expect(body.data).toHaveLength(1);
    },
  );

  it("gets no stream for a HEAD request, but its headers", async () => {
    const { url, open } = await serve({ limits: { heartbeat_ms: NEVER_MS } });
    const answer = await fetch(`${url}/api/v1/events`, {
      method: "HEAD",
      headers: { authorization: `Bearer ${TOKENS.reader}`, accept: "text/event-stream" },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    await expect.poll(open).toBe(0);
  });

  it.each(["/api/v1/events", "/api/v1/proposals/{id}/events"])(
    "finds at %s in the documentation that there are both",
    async (path) => {
      const { body } = await http.call("GET", "/api/openapi.json", { token: null });
      const { responses, parameters } = body.paths[path].get;
      expect(Object.keys(responses["200"].content)).toEqual(["application/json", "text/event-stream"]);
      expect(parameters.map(({ name }: { name: string }) => name)).toContain("last-event-id");
    },
  );
});
