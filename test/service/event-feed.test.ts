import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EventSource, openEventSource } from "../http/event-source.ts";
import { createScenario } from "../support/scenario.ts";
import { startTestService, type TestService } from "../support/service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const follow = (path: string, headers: Record<string, string> = {}) =>
  openEventSource(`${service.running.webUrl}/api/v1${path}`, { token: service.readerToken, headers });

const readTo = async (source: EventSource, kind: string) => {
  const events = [];
  for (let event = await source.next(); event !== null; event = await source.next()) {
    events.push(event);
    if (event.event === kind) return events;
  }
  throw new Error(`the stream ended before ${kind}`);
};

describe("whoever follows a proposal live", () => {
  it("sees it from its submission to its rejection, as the timeline has it in the end", async () => {
    const { api } = service;
    const { proposalId } = await (await createScenario(service)).fromStudy();
    const source = await follow(`/proposals/${proposalId}/events`);
    expect((await source.next())?.event).toBe("proposal_created");

    await api.press(proposalId);
    const opening = await readTo(source, "pr_opened");
    expect(opening.map(({ event }) => event).filter((kind) => kind !== "open_pr_step")).toEqual([
      "open_pr_requested",
      "open_pr_started",
      "pr_opened",
    ]);
    await api.post(`/proposals/${proposalId}/reject`, { reason: "Not now." });
    const closing = await readTo(source, "branch_deleted");
    source.close();

    const listed = await api.get<{ data: { seq: number }[] }>(`/proposals/${proposalId}/events?limit=200`);
    const live = [...opening, ...closing].map(({ data }) => data);
    expect(live).toEqual(listed.data.filter(({ seq }) => seq >= live[0].seq && seq <= live.at(-1).seq));
  });

  it("goes on where it was after its connection and the one to the database are lost", async () => {
    const { api, db } = service;
    const { proposalId } = await (await createScenario(service)).fromStudy();
    const first = await follow(`/proposals/${proposalId}/events`);
    const created = await first.next();
    first.close();
    await api.press(proposalId);

    const second = await follow(`/proposals/${proposalId}/events`, {
      "last-event-id": created?.id ?? "",
    });
    expect((await second.next())?.event).toBe("open_pr_requested");
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'relyloop-events' AND datname = current_database()`.execute(db);
    await readTo(second, "pr_opened");
    second.close();
  });

  it("is counted in the metrics of the process that serves it", async () => {
    const source = await follow("/events");
    const answer = await fetch(`${service.running.webUrl}/metrics`, {
      headers: { authorization: `Bearer ${service.token}` },
    });
    expect(await answer.text()).toMatch(/^relyloop_event_streams [1-9]/m);
    source.close();
  });
});

describe("a service that stops", () => {
  it("ends the streams at once, and cleanly", async () => {
    const own = await startTestService();
    const source = await openEventSource(`${own.running.webUrl}/api/v1/events`, { token: own.readerToken });
    expect(source.status).toBe(200);
    await own.close();
    expect(await source.next()).toBeNull();
  });
});
