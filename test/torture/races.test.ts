import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeMarker, proposalMarker } from "../../src/proposals/pr-text/marker.ts";
import { followFeed, judgeFeed, type LiveFeed } from "../../torture/races/feed.ts";
import { judge } from "../../torture/races/judge.ts";
import { type FeedEvent, timelineOf } from "../../torture/races/proposal-model.ts";
import { racesPart } from "../../torture/races/races-part.ts";
import { createSequenceWorld, type SequenceWorld } from "../../torture/races/sequence-world.ts";
import { runSequences } from "../../torture/races/sequences.ts";
import { untilIdle } from "../../torture/races/settle.ts";
import type { CastProposal } from "../../torture/races/stage.ts";
import { createRandom } from "../../torture/random.ts";
import { createTestDatabase } from "../support/postgres.ts";
import { startInOneProcess } from "../support/service-processes.ts";
import { startService, type TestService } from "../support/start-service.ts";
import { runShort } from "./trial.ts";

const TIMEOUT_MS = 90_000;
const signal = new AbortController().signal;

it("races of everybody with everybody end as they should", { timeout: TIMEOUT_MS }, async () => {
  const { figures } = await runShort(racesPart);
  expect(figures["answers checked"]).toBeGreaterThan(0);
});

/** What the judge is there for: each of these is done behind the service's back, and has to be found. */
describe("the judge finds", () => {
  let service: TestService;
  let live: LiveFeed;
  let world: SequenceWorld;
  let opened: CastProposal;
  let rejected: CastProposal;
  beforeAll(async () => {
    service = await startService(createTestDatabase, startInOneProcess);
    live = await followFeed(service);
    world = await createSequenceWorld(service, signal);
    const { stage, operator, people, repository } = world;
    const [clusterId = ""] = stage.clusterIds;
    [opened, rejected] = [
      await stage.draft({ clusterId, study: "new" }),
      await stage.draft({ clusterId, study: "none" }),
    ];
    for (const proposal of [opened, rejected]) {
      await operator.submit(proposal);
      await operator.press(proposal);
    }
    await people.openOwn(repository);
    await untilIdle(service, signal);
    await operator.reject(rejected, "Not this one.");
    await untilIdle(service, signal);
  });
  afterAll(async () => {
    await live.close();
    await service.close();
  });

  /** What the judge found the last time. */
  let found = "";
  const look = async () => {
    found = (await judge(service, { ...world, live })).join("\n");
  };
  /** Not before, and afterwards. */
  const expectFound = async (words: RegExp, plant: () => Promise<unknown>) => {
    expect(found).not.toMatch(words);
    await plant();
    await look();
    expect(found).toMatch(words);
  };
  const git = (...args: string[]) => service.sandbox.git(world.repository.id, ...args);
  const rowOf = (proposal: CastProposal) => service.api.proposal(proposal.id);

  it("nothing where nothing is wrong", async () => {
    await look();
    expect(found).toBe("");
  });

  it("a rejection that was answered and never happened", () =>
    expectFound(/reject of proposal .* was answered 200: no event tells of it/, async () => {
      const calls = world.chronicle.calls;
      const call = calls.find(({ kind }) => kind === "reject");
      if (call !== undefined) calls.push({ ...call, requestId: randomUUID(), proposalId: opened.id });
    }));

  it("a press that was refused for a reason nobody gave", () =>
    expectFound(/press of proposal .* was answered 409 .*: it was never in that state/, async () => {
      const calls = world.chronicle.calls;
      const call = calls.find(({ kind }) => kind === "press");
      const refusal = { status: 409, code: "INVALID_STATE_TRANSITION", reason: "pr_merged" };
      if (call !== undefined) calls.push({ ...call, ...refusal, requestId: randomUUID() });
    }));

  it("a second pull request of one attempt", () =>
    expectFound(/has two pull requests/, () =>
      service.sandbox.openPull(world.repository.id, {
        person: service.sandbox.app.bot_login,
        title: "Again",
        head: opened.branch,
        base: "release",
        body: proposalMarker(opened.id),
      }),
    ));

  it("a comment that was posted twice", () =>
    expectFound(/has 2 comments of the app/, async () => {
      const { pr_number } = await rowOf(rejected);
      const person = service.sandbox.app.bot_login;
      const body = closeMarker(rejected.id);
      await service.sandbox.commentOnPull(world.repository.id, pr_number ?? 0, { person, body });
    }));

  it("a branch that was left behind", () =>
    expectFound(/relyloop\/proposal-.* is left behind/, async () => {
      const { pr_head_sha } = await rowOf(rejected);
      await git("update-ref", `refs/heads/${rejected.branch}`, pr_head_sha ?? "");
    }));

  it("a person's commit that is gone", () =>
    expectFound(/which a person pushed to .* is lost/, async () => {
      const branch = world.chronicle.commits[0]?.branch;
      await git("update-ref", "-d", `refs/heads/${branch}`);
    }));

  it("a person's pull request that no person closed, and one that was taken over", async () => {
    // The branch went in the test before, and its pull request with it.
    expect(found).toMatch(/is a person's, and no person closed it/);
    const [theirs] = [...world.chronicle.personsPulls.keys()];
    const number = Number(theirs?.split("#")[1]);
    await expectFound(/took over .*, which is a person's/, () =>
      sql`UPDATE proposals SET pr_number = ${number} WHERE id = ${rejected.id}`.execute(service.db),
    );
  });

  it("a row that is not what GitHub has, and one that is stuck", () =>
    expectFound(/it stays running[\s\S]*pr_state is closed, on GitHub it is open/, () =>
      sql`UPDATE proposals SET pr_state = 'closed', open_pr_state = 'running' WHERE id = ${opened.id}`.execute(
        service.db,
      ),
    ));

  it("a last merge that was none", () =>
    expectFound(/the last merge of .* is null/, () =>
      sql`UPDATE config_repos SET last_merged_proposal_id = ${opened.id}
        WHERE id = ${world.repository.configRepoId}`.execute(service.db),
    ));

  it("a service that does other things than the model, in as few commands as it takes", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const refused = { kind: "answer", status: 422, body: { message: "Validation Failed" } } as const;
    service.sandbox.faults.add({ method: "POST", path: "*/pulls", fault: refused, times: null });
    const random = createRandom(1);
    const { violations } = await runSequences(service, {
      random,
      live,
      sequences: 4,
      duration_ms: 10_000,
      signal,
    });
    service.sandbox.faults.clear();
    expect(violations.join()).toMatch(/Counterexample: \[press \d \/\*/);
  });
});

describe("a timeline", () => {
  const event = (seq: number, kind: FeedEvent["kind"], data: FeedEvent["data"] = {}): FeedEvent => {
    return { seq, kind, data, proposal_id: "p", actor: null };
  };
  const pressed = [event(1, "proposal_created"), event(2, "open_pr_requested", { attempt: 1 })];

  it("may lead from the press to the record", () => {
    const opening = [event(3, "open_pr_started", { attempt: 1 }), event(4, "pr_opened", { attempt: 1 })];
    expect(timelineOf([...pressed, ...opening]).broken).toBeNull();
  });

  it.each([
    ["goes on after the rejection", event(4, "open_pr_step", { attempt: 1 })],
    ["is opened after the rejection", event(4, "pr_opened", { attempt: 1 })],
    ["is rejected twice", event(4, "proposal_rejected")],
  ])("that %s is none", (_how, last) => {
    expect(timelineOf([...pressed, event(3, "proposal_rejected"), last]).broken).toBe(last);
  });

  it("with a gap, and one that somebody saw with a gap, are found", () => {
    expect(judgeFeed([event(1, "proposal_created"), event(3, "proposal_rejected")], [1, 3])).toHaveLength(1);
    expect(judgeFeed(pressed, [2])).toHaveLength(1);
    expect(judgeFeed(pressed, [1])).toHaveLength(1);
    expect(judgeFeed(pressed, [1, 2])).toEqual([]);
  });
});
