import { Webhooks } from "@octokit/webhooks";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { HookEvent } from "../../sandbox/hooks/hook-event.ts";
import { isoSeconds } from "../../sandbox/site.ts";
import { startHookReceiver } from "../support/hook-receiver.ts";
import { createHookWorld, type HookWorld, SECRET } from "./hook-world.ts";

let world: HookWorld;
beforeAll(async () => {
  world = await createHookWorld();
});
afterEach(() => world.reset());
afterAll(() => world.close());

const opened = (): HookEvent => {
  const { alice, repository, pull } = world.records;
  return { event: "pull_request", action: "opened", sender: alice, repository, pull };
};
const status = (): HookEvent => {
  const { alice, repository, status: record } = world.records;
  return { event: "status", sender: alice, repository, status: record };
};
const last = () => world.hooks.control.deliveries().at(-1);
const listed = (count: number) =>
  world.hooks.control
    .deliveries()
    .slice(-count)
    .map(({ event }) => event);

describe("a delivery", () => {
  it("has exactly GitHub's headers", async () => {
    await world.deliver(opened());
    const [hook] = world.receiver.received;
    expect(hook?.method).toBe("POST");
    expect(hook?.path).toBe("/hooks");
    expect(hook?.headerNames).toEqual([
      "Accept",
      "Content-Type",
      "User-Agent",
      "X-GitHub-Delivery",
      "X-GitHub-Event",
      "X-GitHub-Hook-ID",
      "X-GitHub-Hook-Installation-Target-ID",
      "X-GitHub-Hook-Installation-Target-Type",
      "X-Hub-Signature",
      "X-Hub-Signature-256",
      // These are the connection's own.
      "Host",
      "Connection",
      "Content-Length",
    ]);
    expect(hook?.headers).toMatchObject({
      "content-type": "application/json",
      "user-agent": expect.stringMatching(/^GitHub-Hookshot\/[0-9a-f]{7}$/),
      "x-github-delivery": expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      "x-github-event": "pull_request",
      "x-github-hook-id": expect.stringMatching(/^\d+$/),
      "x-github-hook-installation-target-id": String(world.store.state.app.id),
      "x-github-hook-installation-target-type": "integration",
      "x-hub-signature": expect.stringMatching(/^sha1=[0-9a-f]{40}$/),
    });
  });

  it("is signed with the secret, and with another one once that was changed", async () => {
    await world.deliver(opened());
    world.hooks.control.useSecret("another secret");
    await world.deliver(opened());
    const [first, second] = world.receiver.received.map(({ body, headers }) => {
      return [body.toString("utf8"), String(headers["x-hub-signature-256"])] as const;
    });
    if (!first || !second) throw new Error("Two were expected.");
    const present = new Webhooks({ secret: SECRET });
    const next = new Webhooks({ secret: "another secret" });
    expect(await present.verify(...first)).toBe(true);
    expect(await present.verify(...second)).toBe(false);
    expect(await next.verify(...second)).toBe(true);
  });

  it("is listed with what was sent and what came back", async () => {
    world.receiver.answerWith((_hook, response) => {
      world.clock.advance(250);
      response.writeHead(202, { "X-Said": "hello" }).end("Accepted");
    });
    const begun = world.clock.now();
    await world.deliver(opened());
    const { installation, repository } = world.records;
    const view = last();
    expect(view).toEqual({
      id: expect.any(Number),
      guid: world.receiver.received[0]?.guid,
      delivered_at: isoSeconds(begun),
      redelivery: false,
      duration: 0.25,
      status: "OK",
      status_code: 202,
      event: "pull_request",
      action: "opened",
      installation_id: installation.id,
      repository_id: repository.id,
    });
    const { url, request, response } = world.hooks.control.delivery(view?.id ?? 0);
    expect(url).toBe(world.receiver.url);
    expect(request.payload).toEqual(world.receiver.received[0]?.payload);
    expect(request.headers).toMatchObject({ "X-GitHub-Event": "pull_request" });
    expect(response).toMatchObject({ headers: { "X-Said": "hello" }, payload: "Accepted" });
  });

  it.each([
    [500, "Invalid HTTP Response: 500"],
    [404, "Invalid HTTP Response: 404"],
  ])("that is answered with %i has failed, and is not repeated", async (code, text) => {
    world.receiver.answerWith((_hook, response) => response.writeHead(code).end());
    await world.deliver(opened());
    expect(last()).toMatchObject({ status: text, status_code: code });
    expect(world.receiver.received).toHaveLength(1);
  });

  it("does not follow a redirect", async () => {
    world.receiver.answerWith((_hook, response) =>
      response.writeHead(307, { location: `${world.receiver.url}/elsewhere` }).end(),
    );
    await world.deliver(opened());
    expect(last()).toMatchObject({ status: "Invalid HTTP Response: 307", status_code: 307 });
    expect(world.receiver.received.map(({ path }) => path)).toEqual(["/hooks"]);
  });

  it("whose connection breaks, or is not taken, has failed", async () => {
    world.receiver.answerWith((_hook, response) => response.destroy());
    await world.deliver(opened());
    expect(last()).toMatchObject({ status: "failed to connect to host", status_code: 502 });
    const gone = await startHookReceiver();
    await gone.close();
    await world.hooks.control.setUrl(gone.url);
    await world.deliver(opened());
    expect(last()).toMatchObject({ status: "failed to connect to host", status_code: 502 });
    expect(world.hooks.control.delivery(last()?.id ?? 0).response).toEqual({ headers: null, payload: null });
  });

  it("keeps the beginning of a long answer", async () => {
    world.receiver.answerWith((_hook, response) => response.end("x".repeat(200_000)));
    await world.deliver(opened());
    expect(last()?.status).toBe("OK");
    expect(world.hooks.control.delivery(last()?.id ?? 0).response.payload).toHaveLength(65_536);
  });
});

describe("deliveries", () => {
  it("are under way at once, without waiting for each other's answers", async () => {
    const answers: (() => void)[] = [];
    world.receiver.answerWith((_hook, response) => answers.push(() => response.end()));
    for (let count = 0; count < 12; count += 1) world.hooks.emit(status());
    await world.receiver.arrived(10);
    for (const answer of answers.splice(0)) answer();
    // The others waited for room.
    await world.receiver.arrived(12);
    for (const answer of answers) answer();
    await world.hooks.control.idle();
    expect(world.receiver.received).toHaveLength(12);
  });

  it("go out in the order of the events, although git takes longer for some", async () => {
    const events = [opened(), status()];
    // Git is asked about the first and the second, and not about the third.
    const { alice, installation, repository } = world.records;
    const third = { event: "installation", action: "unsuspend", sender: alice, installation } as const;
    await world.deliver(...events, { ...third, repositories: [repository] });
    expect(listed(3)).toEqual(["pull_request", "status", "installation"]);
    expect(world.receiver.received.map(({ event }) => event)).toEqual([
      "pull_request",
      "status",
      "installation",
    ]);
  });

  it("never hold up what caused them", async () => {
    const answers: (() => void)[] = [];
    world.receiver.answerWith((_hook, response) => answers.push(() => response.end()));
    world.hooks.emit(opened());
    // It came back before anything was sent at all.
    expect(world.receiver.received).toEqual([]);
    await world.receiver.arrived(1);
    for (const answer of answers) answer();
  });

  it("are made only while there is an address", async () => {
    const { control } = world.hooks;
    const before = control.deliveries().length;
    await control.setUrl(null);
    expect(control.url()).toBeNull();
    await world.deliver(opened());
    await control.setUrl(world.receiver.url);
    await world.deliver(status());
    expect(control.deliveries()).toHaveLength(before + 1);
    expect(last()?.event).toBe("status");
  });

  it.each(["ftp://127.0.0.1/x", "nonsense", "javascript:alert(1)"])("are not made to %s", async (url) => {
    await expect(world.hooks.control.setUrl(url)).rejects.toThrow(TypeError);
    expect(world.hooks.control.url()).toBe(world.receiver.url);
  });
});

describe("what listens for payloads", () => {
  it("hears what the app may know, with an address and without one, until it is removed", async () => {
    const heard: string[] = [];
    const { control } = world.hooks;
    const before = control.deliveries().length;
    const remove = control.onPayload(({ event, action, payload }) => {
      heard.push(`${event} ${action} ${Object.keys(payload).includes("sender")}`);
    });
    await world.deliver(opened(), status());
    await control.setUrl(null);
    world.records.installation.suspended_at = "2026-11-22T12:00:00Z";
    await world.deliver(opened());
    world.records.installation.suspended_at = null;
    await world.deliver(opened());
    remove();
    await world.deliver(opened());
    expect(control.deliveries()).toHaveLength(before + 2);
    expect(heard).toEqual(["pull_request opened true", "status null true", "pull_request opened true"]);
  });
});

describe("an event the sandbox can't tell of", () => {
  it("does not stop what caused it, and shows when one waits for the deliveries", async () => {
    const { alice, repository } = world.records;
    const head = { sha: "0".repeat(40), branch: "nowhere" };
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    world.hooks.emit({ event: "check_suite", action: "rerequested", sender: alice, repository, head });
    await expect(world.hooks.control.idle()).rejects.toThrow("Events were not told of.");
    expect((await warned).message).toBe(`The app has no check suite for ${head.sha}.`);
    await expect(world.hooks.control.idle()).resolves.toBeUndefined();
  });
});
