import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { HookEvent } from "../../sandbox/hooks/hook-event.ts";
import { createWebhookConformance } from "../support/webhook-conformance.ts";
import { EVENTS } from "./hook-events.ts";
import { createHookWorld, type HookWorld } from "./hook-world.ts";

const conformance = createWebhookConformance();
let world: HookWorld;
beforeAll(async () => {
  world = await createHookWorld();
});
afterEach(() => world.receiver.received.splice(0));
afterAll(() => world.close());

/** @returns the payload that arrives. */
async function told(event: HookEvent) {
  await world.deliver(event);
  expect(world.receiver.received).toHaveLength(1);
  return world.receiver.received[0]?.payload;
}
const named = (name: string): HookEvent => {
  const [, make] = EVENTS.find(([other]) => other === name) ?? [];
  if (!make) throw new Error(`There is no ${name}.`);
  return make(world.records);
};

it("is held against what GitHub published, to the byte", () => {
  const schemas = readFileSync(new URL(import.meta.resolve("@octokit/webhooks-schemas/schema.json")));
  expect(createHash("sha256").update(schemas).digest("hex")).toBe(
    "ff15ae017ba3b877a44f636806155f986f7b707b31aa7eebde6da1d3366f2840",
  );
});

describe("every payload", () => {
  it.each(EVENTS)("of %s is as GitHub's schema has it", async (name, make) => {
    const payload = await told(make(world.records));
    const [event = ""] = name.split(".");
    conformance.check(event, payload);
    expect(world.receiver.received[0]?.event).toBe(event);
  });

  it.each(EVENTS.filter(([name]) => !/^installation(_repositories)?\./.test(name)))(
    "of %s says which installation and organisation it is about, and who did it",
    async (_name, make) => {
      const { installation, owner } = world.records;
      expect(await told(make(world.records))).toMatchObject({
        installation: { id: installation.id },
        organization: { login: "acme", id: owner.id },
        sender: { login: "alice" },
      });
    },
  );
});

describe("a pull request's payload", () => {
  it("has the numbers that git counts, and does not know yet whether it can be merged", async () => {
    const { pull_request } = await told(named("pull_request.opened"));
    expect(pull_request).toMatchObject({
      commits: 1,
      additions: 3,
      deletions: 0,
      changed_files: 2,
      comments: 1,
    });
    expect(pull_request).toMatchObject({ mergeable: null, mergeable_state: "unknown", merged: false });
  });

  it("tells a merge from a close", async () => {
    expect((await told(named("pull_request.closed"))).pull_request.merged).toBe(false);
    world.receiver.received.splice(0);
    const { pull_request } = await told(named("pull_request.closed, merged"));
    expect(pull_request).toMatchObject({ merged: true, merged_by: { login: "alice" } });
  });

  it("names what it was before an edit, and both heads of a push", async () => {
    const { changes } = await told(named("pull_request.edited"));
    expect(changes).toMatchObject({
      title: { from: "Old" },
      body: { from: "" },
      base: { ref: { from: "old" } },
    });
    world.receiver.received.splice(0);
    const { before, after } = await told(named("pull_request.synchronize"));
    expect([before, after]).toEqual([
      "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
      world.records.pull.head_sha,
    ]);
  });

  it("is of the moment in which it happened, whatever happens before it is sent", async () => {
    const { pull } = world.records;
    const { control } = world.hooks;
    const rule = control.addRule({ do: "hold" });
    world.hooks.emit(named("pull_request.opened"));
    const before = { title: pull.title, updated_at: pull.updated_at };
    Object.assign(pull, { title: "Later", updated_at: "2026-12-24T12:00:00Z" });
    control.release(rule);
    await control.idle();
    Object.assign(pull, before);
    control.clearRules();
    expect(world.receiver.received[0]?.payload.pull_request).toMatchObject(before);
  });
});

describe("other payloads", () => {
  it("list the repositories of an installation by id and name", async () => {
    const { repository } = world.records;
    const { repositories } = await told(named("installation.created"));
    expect(repositories).toMatchObject([
      { id: repository.id, full_name: "acme/search-config", private: true },
    ]);
  });

  it("leave out the repositories of an installation that is only suspended", async () => {
    expect(await told(named("installation.suspend"))).not.toHaveProperty("repositories");
  });

  it("name the commit of a status and the branches that hold it", async () => {
    const { pull } = world.records;
    const { commit, branches } = await told(named("status"));
    expect(commit).toMatchObject({ sha: pull.head_sha, author: { login: "bob" } });
    expect(branches).toMatchObject([{ name: "topic", commit: { sha: pull.head_sha }, protected: false }]);
  });

  it("name the head commit of a check suite, and what its runs came to", async () => {
    const { pull } = world.records;
    const { check_suite } = await told(named("check_suite.rerequested"));
    expect(check_suite).toMatchObject({
      conclusion: "success",
      latest_check_runs_count: 1,
      head_branch: "topic",
    });
    expect(check_suite.head_commit.id).toBe(pull.head_sha);
    expect(check_suite.pull_requests).toMatchObject([{ number: 1 }]);
  });

  it("give the state of a review in lower case", async () => {
    expect((await told(named("pull_request_review.submitted"))).review.state).toBe("approved");
  });

  it("show a comment's pull request as the issue it is too", async () => {
    const { issue, comment } = await told(named("issue_comment.created"));
    expect(issue).toMatchObject({ number: 1, pull_request: { merged_at: null }, comments: 1 });
    expect(comment).toMatchObject({ body: "A chart.", performed_via_github_app: { slug: "relyloop" } });
  });

  it("say what a repository was called, and who had it", async () => {
    expect((await told(named("repository.renamed"))).changes).toEqual({
      repository: { name: { from: "old-name" } },
    });
    world.receiver.received.splice(0);
    expect((await told(named("repository.transferred"))).changes.owner.from.user.login).toBe("alice");
  });

  it("are not sent at all once the repository is gone that git would have to be asked about", async () => {
    const { control } = world.hooks;
    const { repository, installation } = world.records;
    const before = installation.repository_selection;
    installation.repository_selection = "all";
    const rule = control.addRule({ do: "hold" });
    world.hooks.emit({
      ...named("pull_request.opened"),
      repository: { ...repository, id: 1 },
    } as HookEvent);
    installation.repository_selection = before;
    expect(await control.held(rule)).toHaveLength(1);
    control.release(rule);
    await control.idle();
    control.clearRules();
    expect(world.receiver.received).toEqual([]);
  });
});

describe("the check against GitHub's schemas", () => {
  it("refuses what is missing, what is too much, and what GitHub does not send", async () => {
    const payload = await told(named("repository.renamed"));
    expect(() => conformance.check("repository", { ...payload, sender: undefined })).toThrow("'sender'");
    expect(() => conformance.check("repository", { ...payload, extra: 1 })).toThrow("additional properties");
    expect(() => conformance.check("repository", { ...payload, action: "painted" })).toThrow(
      "repository$painted",
    );
    expect(() => conformance.check("pull_request", payload)).toThrow("pull_request$renamed");
  });
});
