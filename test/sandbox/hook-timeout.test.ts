import { afterAll, beforeAll, expect, it } from "vitest";
import { createHookWorld, type HookWorld } from "./hook-world.ts";

let world: HookWorld;
beforeAll(async () => {
  world = await createHookWorld({ timeout_ms: 300 });
});
afterAll(() => world.close());

it.each([
  ["is never answered", () => undefined],
  ["has an answer that never ends", (response: { write(text: string): void }) => response.write("half")],
])("a delivery that %s has failed when the time is over", async (_title, begin) => {
  world.receiver.answerWith((_hook, response) => begin(response));
  const { alice, repository, status } = world.records;
  await world.deliver({ event: "status", sender: alice, repository, status });
  const { control } = world.hooks;
  const failed = control.deliveries().at(-1);
  expect(failed).toMatchObject({ status: "timed out", status_code: 504 });
  expect(control.delivery(failed?.id ?? 0).response).toEqual({ headers: null, payload: null });
});
