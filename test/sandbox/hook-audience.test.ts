import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { HookEvent } from "../../sandbox/hooks/hook-event.ts";
import type { InstallationRecord } from "../../sandbox/state/model.ts";
import { EVENTS } from "./hook-events.ts";
import { createHookWorld, type HookWorld } from "./hook-world.ts";

let world: HookWorld;
let installation: InstallationRecord;
let before: { installation: InstallationRecord; events: string[] };
beforeAll(async () => {
  world = await createHookWorld();
  installation = world.records.installation;
});
beforeEach(() => {
  before = structuredClone({ installation, events: world.store.state.app.events });
});
afterEach(() => {
  Object.assign(installation, before.installation);
  world.store.state.app.events = before.events;
  world.receiver.received.splice(0);
});
afterAll(() => world.close());

/** @returns the events that arrive of these. */
async function heard(events: readonly HookEvent[]): Promise<string[]> {
  await world.deliver(...events);
  return world.receiver.received.map(({ event }) => event);
}
const all = (): HookEvent[] => EVENTS.map(([, make]) => make(world.records));
const kinds = (events: readonly string[]): string[] => [...new Set(events)].toSorted();

const ALL = [
  "check_run",
  "check_suite",
  "installation",
  "installation_repositories",
  "installation_target",
  "issue_comment",
  "pull_request",
  "pull_request_review",
  "repository",
  "status",
];

describe("an app", () => {
  it("is told of everything it has subscribed to and may know", async () => {
    const events = await heard(all());
    expect(kinds(events)).toEqual(ALL);
    expect(events).toHaveLength(EVENTS.length);
  });

  it("is told of its installations without having subscribed to anything", async () => {
    world.store.state.app.events = [];
    expect(kinds(await heard(all()))).toEqual(["installation", "installation_repositories"]);
  });

  it("is told of nothing else it has not subscribed to", async () => {
    world.store.state.app.events = ["status"];
    expect(kinds(await heard(all()))).toEqual(["installation", "installation_repositories", "status"]);
  });

  it("is told of what it did itself", async () => {
    const { repository, pull, comment } = world.records;
    const { accounts, app } = world.store.state;
    const bot = accounts.find(({ id }) => id === app.bot_id);
    if (!bot) throw new Error("The app has no bot.");
    await heard([{ event: "issue_comment", action: "created", sender: bot, repository, pull, comment }]);
    expect(world.receiver.received[0]?.payload.sender).toMatchObject({ login: "relyloop[bot]", type: "Bot" });
  });
});

describe("without a permission", () => {
  it.each([
    ["checks", ["check_run", "check_suite"]],
    ["issues", ["issue_comment"]],
    ["pull_requests", ["pull_request", "pull_request_review"]],
    ["statuses", ["status"]],
    ["metadata", ["repository"]],
  ])("for %s nothing is told of %j", async (permission, silent) => {
    const { [permission]: _taken, ...permissions } = installation.permissions;
    installation.permissions = permissions;
    expect(kinds(await heard(all()))).toEqual(ALL.filter((kind) => !silent.includes(kind)));
  });

  it("to write checks nobody is asked for new ones, and is told of those that are made", async () => {
    installation.permissions = { ...installation.permissions, checks: "read" };
    await heard(all());
    const checks = world.receiver.received.filter(({ event }) => event.startsWith("check_"));
    expect(checks.map(({ event, payload }) => `${event}.${payload.action}`).toSorted()).toEqual([
      "check_run.completed",
      "check_run.created",
    ]);
  });
});

describe("another app's check", () => {
  it("is told of, but a new run of it is asked of that app alone", async () => {
    const { alice, repository, checkRun } = world.records;
    const other = { ...checkRun, app: { id: 77, slug: "ci", name: "CI" } };
    const events = (["created", "completed", "rerequested"] as const).map((action): HookEvent => {
      return { event: "check_run", action, sender: alice, repository, checkRun: other };
    });
    await heard(events);
    const actions = world.receiver.received.map(({ payload }) => payload.action);
    expect(actions.toSorted()).toEqual(["completed", "created"]);
  });
});

describe("a suspended installation", () => {
  it("is told of nothing but itself", async () => {
    installation.suspended_at = "2026-11-22T12:00:00Z";
    expect(kinds(await heard(all()))).toEqual(["installation"]);
  });
});

describe("a repository", () => {
  it("that is not selected is not told of", async () => {
    Object.assign(installation, { repository_selection: "selected", repository_ids: [] });
    const events = all().filter((event) => !("installation" in event));
    expect(await heard(events)).toEqual([]);
  });

  it("of an account without the app is not told of", async () => {
    const { alice, repository, pull } = world.records;
    const elsewhere = { ...repository, owner_id: alice.id };
    expect(
      await heard([
        { event: "pull_request", action: "opened", sender: alice, repository: elsewhere, pull },
        { event: "repository", action: "created", sender: alice, repository: elsewhere },
      ]),
    ).toEqual([]);
  });

  it("that went is told of to the installation that had it", async () => {
    const { alice, repository } = world.records;
    const moved = { ...repository, owner_id: alice.id };
    const event = {
      event: "repository",
      sender: alice,
      repository: moved,
      from: { owner: world.records.owner },
    };
    expect(await heard([{ ...event, action: "transferred", installation } as HookEvent])).toEqual([
      "repository",
    ]);
    // A person's repository has no organisation.
    expect(world.receiver.received[0]?.payload).not.toHaveProperty("organization");
  });
});
