import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HookEvent } from "../../sandbox/hooks/hook-event.ts";
import { createHookWorld, type HookWorld } from "./hook-world.ts";

let world: HookWorld;
beforeEach(async () => {
  world = await createHookWorld();
});
afterEach(() => world.close());

const opened = (): HookEvent => {
  const { alice, repository, pull } = world.records;
  return { event: "pull_request", action: "opened", sender: alice, repository, pull };
};
const status = (): HookEvent => {
  const { alice, repository, status: record } = world.records;
  return { event: "status", sender: alice, repository, status: record };
};

describe("after a restart", () => {
  it("the address, the deliveries and their numbering are as before", async () => {
    await world.deliver(opened(), status());
    const before = world.hooks.control.deliveries();
    const again = await world.restart();
    again.start();
    expect(again.control.url()).toBe(world.receiver.url);
    expect(again.control.deliveries()).toEqual(before);
    await world.deliver(status());
    expect(again.control.deliveries().at(-1)?.id).toBe((before.at(-1)?.id ?? 0) + 1);
  });

  it("what had not been sent is sent then, as it was when it happened", async () => {
    const { control } = world.hooks;
    control.addRule({ times: null, do: "hold" });
    await world.deliver(opened(), status());
    const again = await world.restart();
    expect(world.receiver.received).toEqual([]);
    again.start();
    await again.control.idle();
    expect(world.receiver.received.map(({ event }) => event)).toEqual(["pull_request", "status"]);
    // Git is asked then.
    expect(world.receiver.received[0]?.payload.pull_request.changed_files).toBe(2);
  });

  it("what happens before the start is sent once, after what had waited", async () => {
    world.hooks.control.addRule({ do: "hold" });
    await world.deliver(opened());
    const again = await world.restart();
    again.emit(status());
    again.start();
    await again.control.idle();
    expect(world.receiver.received.map(({ event }) => event)).toEqual(["pull_request", "status"]);
  });

  it("what was under way counts as failed, and can be sent again", async () => {
    world.receiver.answerWith(() => undefined);
    world.hooks.emit(opened());
    await world.receiver.arrived(1);
    const again = await world.restart();
    again.start();
    world.receiver.answerWith((_hook, response) => response.end());
    const [failed] = again.control.deliveries();
    expect(failed).toMatchObject({ status: "failed to connect to host", status_code: 502 });
    await again.control.redeliver(failed?.id ?? 0);
    await again.control.idle();
    expect(world.receiver.received.map(({ guid }) => guid)).toEqual([failed?.guid, failed?.guid]);
    expect(again.control.deliveries().at(-1)).toMatchObject({ redelivery: true, status: "OK" });
  });

  it("what was under way in a process that was killed counts as failed too", async () => {
    world.receiver.answerWith(() => undefined);
    world.hooks.emit(opened());
    await world.receiver.arrived(1);
    // The next process finds what is on disk now.
    const next = await world.alsoOpen();
    expect(next.control.deliveries()).toMatchObject([{ status_code: 502 }]);
    await next.close();
  });

  it("nobody is told of what happens after the end", async () => {
    const { hooks } = world;
    const again = await world.restart();
    again.start();
    hooks.emit(opened());
    await again.control.idle();
    expect(world.receiver.received).toEqual([]);
    // It is no trouble either.
    await hooks.control.idle();
  });
});

describe("the deliveries on disk", () => {
  it("are in a folder of their own, without the secret", async () => {
    await world.deliver(opened());
    const folder = join(world.folder, "deliveries");
    await world.restart();
    const content = await readFile(join(folder, "deliveries.sqlite"), "latin1");
    expect(content).toContain("X-Hub-Signature-256");
    expect(content).not.toContain("a Secret to Everybody");
  });

  it("are the newest thousand", async () => {
    const { control } = world.hooks;
    control.addRule({ times: null, do: "fail" });
    const { alice, installation } = world.records;
    const small = { event: "installation", action: "unsuspend", sender: alice, installation } as const;
    await world.deliver(...Array.from({ length: 1_020 }, (): HookEvent => ({ ...small, repositories: [] })));
    const kept = control.deliveries();
    expect(kept).toHaveLength(1_000);
    expect((kept.at(-1)?.id ?? 0) - (kept[0]?.id ?? 0)).toBe(999);
  });
});
