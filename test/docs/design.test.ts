import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { STEP_NAMES } from "../../src/jobs/open-pr/fence.ts";
import { EVENT_KINDS } from "../../src/proposals/event-kinds.ts";
import { JOB_QUEUES, OPEN_PR_QUEUE, SCHEDULE_NAMES } from "../../src/queue/queues.ts";
import { createScenario } from "../support/scenario.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { codeWordsOf, documentedIn, readDocument, sectionOf, tableRowsOf } from "./read-markdown.ts";

const WAIT = { timeout: 20_000, interval: 50 };

const design = readDocument("docs/design.md");

/** Members of an event's data, by kind, as the page has them. */
const documentedMembers = (): Map<string, string[]> =>
  new Map(
    tableRowsOf(sectionOf(design, "### Events")).map(([kind = "", data = ""]) => [
      codeWordsOf(kind)[0] ?? "",
      codeWordsOf(data).sort(),
    ]),
  );

describe("docs/design.md", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it("explains every kind of event, and no other", () => {
    expect(documentedIn(design, "### Events").sort()).toEqual([...EVENT_KINDS].sort());
  });

  it("explains every job that answers to GitHub, and every schedule", () => {
    const jobs = JOB_QUEUES.filter((name) => name !== OPEN_PR_QUEUE);
    const documented = documentedIn(design, "### Hearing GitHub");
    expect(documented).toEqual(expect.arrayContaining([...jobs, ...SCHEDULE_NAMES]));
  });

  it("explains every step of the job, in its order", () => {
    expect(documentedIn(design, "### Steps")).toEqual([...STEP_NAMES]);
  });

  it("names the members of the events that an opened and rejected proposal leaves", async () => {
    const { api } = service;
    const { proposalId } = await (await createScenario(service)).fromStudy();
    await api.open(proposalId);
    await api.post(`/proposals/${proposalId}/reject`, { reason: "Not now." });
    const events = await vi.waitFor(async () => {
      const { data } = await api.get<{ data: { kind: string; data: object }[] }>(
        `/proposals/${proposalId}/events`,
      );
      expect(data.at(-1)?.kind).toBe("branch_deleted");
      return data;
    }, WAIT);

    const documented = documentedMembers();
    for (const { kind, data } of events) {
      expect([kind, documented.get(kind)]).toEqual([kind, Object.keys(data).sort()]);
    }
  });
});
