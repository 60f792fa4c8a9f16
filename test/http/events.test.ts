import { beforeAll, describe, expect, it } from "vitest";
import { appendEvent } from "../../src/db/events-store.ts";
import { createTarget, proposalBody } from "./http-fixtures.ts";
import { useHttpServer } from "./http-harness.ts";

const http = useHttpServer();
const EVENTS = 201;
let one: string;
let other: string;

/** 201 events of one proposal and one of another, numbered 1 to 203 with the submissions. */
beforeAll(async () => {
  const target = await createTarget(http);
  const submit = async () =>
    (await http.call("POST", "proposals", { payload: proposalBody(target) })).body.id as string;
  one = await submit();
  other = await submit();
  for (let count = 1; count < EVENTS; count += 1) {
    await appendEvent(http.db, { proposalId: one, kind: "open_pr_step", data: { count } });
  }
});

const readAll = async (path: string, limit: number) => {
  const seqs: number[] = [];
  for (let cursor: string | null = "0"; cursor !== null; ) {
    const { body } = await http.call("GET", `${path}?limit=${limit}&cursor=${cursor}`);
    seqs.push(...body.data.map((event: { seq: number }) => event.seq));
    cursor = body.next_cursor;
  }
  return seqs;
};

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe("GET /events", () => {
  it.each([200, 101, 17])(
    "reaches every event of all proposals at limit %d, oldest first, without gaps",
    async (limit) => {
      expect(await readAll("events", limit)).toEqual(upTo(EVENTS + 1));
    },
  );

  it("goes on after a seq, and counts what comes after it", async () => {
    const { body, headers } = await http.call("GET", "events?after=200");

    expect(body.data.map((event: { seq: number }) => event.seq)).toEqual([201, 202]);
    expect(headers["x-total-count"]).toBe("2");
    expect(body.next_cursor).toBeNull();
  });

  it("is empty after the last one", async () => {
    const { body, headers } = await http.call("GET", "events?after=999");

    expect(body).toEqual({ data: [], next_cursor: null, has_more: false });
    expect(headers["x-total-count"]).toBe("0");
  });

  it.each(["after=-1", "after=x", "after=1e3", "after=9999999999999999", "before=1"])(
    "refuses %s",
    async (query) => {
      expect((await http.call("GET", `events?${query}`)).status).toBe(422);
    },
  );
});

describe("GET /proposals/{id}/events", () => {
  it("holds the events of that proposal only, oldest first", async () => {
    const seqs = await readAll(`proposals/${one}/events`, 200);

    expect(seqs).toHaveLength(EVENTS);
    expect(seqs).not.toContain(2);
    const { body, headers } = await http.call("GET", `proposals/${other}/events`);
    expect(body.data).toMatchObject([{ seq: 2, kind: "proposal_created", proposal_id: other }]);
    expect(headers["x-total-count"]).toBe("1");
  });

  it("answers 404 for a proposal that does not exist", async () => {
    const answer = await http.call("GET", "proposals/0198a0c0-0000-7000-8000-000000000000/events");

    expect(answer.status).toBe(404);
    expect(answer.body.detail.error_code).toBe("PROPOSAL_NOT_FOUND");
  });
});
