import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { HookEvent } from "../../sandbox/hooks/hook-event.ts";
import type { HooksControl } from "../../sandbox/hooks/hooks-control.ts";
import { createHookWorld, type HookWorld } from "./hook-world.ts";

let world: HookWorld;
let control: HooksControl;
beforeAll(async () => {
  world = await createHookWorld();
  control = world.hooks.control;
});
afterEach(() => world.reset());
afterAll(() => world.close());

type Action = "opened" | "closed" | "reopened";
const pull = (action: Action): HookEvent => {
  const { alice, repository, pull } = world.records;
  return { event: "pull_request", action, sender: alice, repository, pull };
};
const status = (): HookEvent => {
  const { alice, repository, status: record } = world.records;
  return { event: "status", sender: alice, repository, status: record };
};
/** What arrived, in order. */
const arrived = () => world.receiver.received.map(({ event, payload }) => payload.action ?? event);
/** How many have been listed while `during` ran. */
async function listedDuring(during: () => Promise<unknown>): Promise<number> {
  const before = control.deliveries().length;
  await during();
  return control.deliveries().length - before;
}

describe("a rule", () => {
  it("that loses makes deliveries as if they had never been", async () => {
    control.addRule({ event: "pull_request", action: "closed", do: "lose" });
    const listed = await listedDuring(() => world.deliver(pull("opened"), pull("closed"), pull("reopened")));
    expect(arrived()).toEqual(["opened", "reopened"]);
    expect(listed).toBe(2);
  });

  it("that fails lists deliveries nobody received, which can be sent again", async () => {
    control.addRule({ event: "pull_request", do: "fail" });
    await world.deliver(pull("opened"));
    expect(arrived()).toEqual([]);
    const failed = control.deliveries().at(-1);
    expect(failed).toMatchObject({ status: "failed to connect to host", status_code: 502, action: "opened" });
    await control.redeliver(failed?.id ?? 0);
    await control.idle();
    expect(arrived()).toEqual(["opened"]);
    expect(world.receiver.received[0]?.guid).toBe(failed?.guid);
  });

  it("that duplicates sends the very same twice", async () => {
    control.addRule({ do: "duplicate" });
    await world.deliver(pull("opened"));
    const [first, second] = world.receiver.received;
    expect(arrived()).toEqual(["opened", "opened"]);
    expect(second?.guid).toBe(first?.guid);
    expect(second?.body.equals(first?.body ?? Buffer.alloc(0))).toBe(true);
    const ids = control
      .deliveries()
      .slice(-2)
      .map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });

  it("applies once, unless it says how often, and lets as many pass before as it says", async () => {
    control.addRule({ event: "pull_request", skip: 1, times: 2, do: "lose" });
    const events = [pull("opened"), pull("closed"), pull("reopened"), pull("closed")];
    await world.deliver(...events);
    expect(arrived()).toEqual(["opened", "closed"]);
    expect(control.rules()).toMatchObject([{ matched: 4, applied: 2 }]);
    control.clearRules();
    control.addRule({ do: "lose" });
    await world.deliver(status(), status());
    expect(arrived()).toEqual(["opened", "closed", "status"]);
  });

  it("with no end applies until it is removed", async () => {
    const id = control.addRule({ times: null, do: "lose" });
    await world.deliver(status(), status(), status());
    control.removeRule(id);
    await world.deliver(status());
    expect(arrived()).toEqual(["status"]);
  });

  it("may be meant for first deliveries or for further ones alone", async () => {
    control.addRule({ redelivery: true, times: null, do: "lose" });
    await world.deliver(status());
    await control.redeliver(control.deliveries().at(-1)?.id ?? 0);
    await control.idle();
    expect(arrived()).toEqual(["status"]);
    control.clearRules();
    control.addRule({ redelivery: false, times: null, do: "lose" });
    await control.redeliver(control.deliveries().at(-1)?.id ?? 0);
    await world.deliver(pull("opened"));
    expect(arrived()).toEqual(["status", "status"]);
  });
});

describe("a rule that holds", () => {
  it("makes events late", async () => {
    const id = control.addRule({ event: "pull_request", action: "opened", do: "hold" });
    await world.deliver(pull("opened"), pull("closed"));
    expect(arrived()).toEqual(["closed"]);
    control.release(id);
    await control.idle();
    expect(arrived()).toEqual(["closed", "opened"]);
  });

  it("releases them as they happened, in reverse, or in any order one names", async () => {
    const id = control.addRule({ times: null, do: "hold" });
    const events = [pull("opened"), pull("closed"), pull("reopened")];
    await world.deliver(...events);
    control.release(id);
    await control.idle();
    await world.deliver(...events);
    control.release(id, { order: "reversed" });
    await control.idle();
    await world.deliver(...events);
    const [opened = 0, closed = 0, reopened = 0] = await control.held(id, 3);
    control.release(id, { deliveries: [closed] });
    await control.idle();
    control.release(id, { deliveries: [reopened, opened] });
    await control.idle();
    expect(arrived()).toEqual([
      ...["opened", "closed", "reopened"],
      ...["reopened", "closed", "opened"],
      ...["closed", "reopened", "opened"],
    ]);
  });

  it("lets them go by itself once it holds as many as it was told", async () => {
    control.addRule({ times: null, release_at: 3, order: "reversed", do: "hold" });
    await world.deliver(pull("opened"), pull("closed"));
    expect(arrived()).toEqual([]);
    await world.deliver(pull("reopened"));
    expect(arrived()).toEqual(["reopened", "closed", "opened"]);
  });

  it("tells when it holds as many as one waits for", async () => {
    const id = control.addRule({ times: null, do: "hold" });
    const two = control.held(id, 2);
    world.hooks.emit(pull("opened"));
    expect(await control.held(id)).toHaveLength(1);
    world.hooks.emit(pull("closed"));
    const held = await two;
    expect(held).toEqual(control.rules()[0]?.holding);
    expect(held).toHaveLength(2);
  });

  it("lets them go when it is removed, and nobody waits for it any more", async () => {
    const id = control.addRule({ times: null, do: "hold" });
    const watched = control.held(id, 2);
    await world.deliver(status());
    control.removeRule(id);
    await expect(watched).rejects.toThrow(`The hook rule ${id} was removed.`);
    await control.idle();
    expect(arrived()).toEqual(["status"]);
  });

  it("keeps what is delivered again too", async () => {
    await world.deliver(status());
    const id = control.addRule({ redelivery: true, do: "hold" });
    await control.redeliver(control.deliveries().at(-1)?.id ?? 0);
    expect(await control.held(id)).toHaveLength(1);
    expect(arrived()).toEqual(["status"]);
    control.release(id);
    await control.idle();
    expect(arrived()).toEqual(["status", "status"]);
    expect(control.deliveries().at(-1)).toMatchObject({ redelivery: true });
  });

  it("sends what it held to the address that is set by then", async () => {
    const id = control.addRule({ do: "hold" });
    await control.setUrl("http://127.0.0.1:1/nobody");
    await world.deliver(status());
    await control.setUrl(world.receiver.url);
    control.release(id);
    await control.idle();
    expect(arrived()).toEqual(["status"]);
  });

  it("refuses to release what it does not hold", () => {
    const id = control.addRule({ do: "hold" });
    expect(() => control.release(id, { deliveries: [1] })).toThrow("does not hold 1");
    expect(() => control.release("none")).toThrow("There is no hook rule none.");
    expect(() => control.removeRule("none")).toThrow("There is no hook rule none.");
  });
});
