import { expect, it } from "vitest";
import { createOutbox, type Parcel } from "../../sandbox/hooks/outbox.ts";

/** An outbox whose deliveries last until the test ends them. */
function setUp(underWay_max: number) {
  const begun: number[] = [];
  const steps = new Map<number, { turn: Promise<void>; sent(): void; end: PromiseWithResolvers<void> }>();
  const troubles: unknown[] = [];
  const outbox = createOutbox(
    underWay_max,
    (parcel, turn, sent) => {
      begun.push(parcel.id);
      const end = Promise.withResolvers<void>();
      steps.set(parcel.id, { turn, sent, end });
      return end.promise;
    },
    (error) => troubles.push(error),
  );
  const step = (id: number) => {
    const found = steps.get(id);
    if (!found) throw new Error(`${id} has not begun.`);
    return found;
  };
  return { outbox, begun, step, troubles };
}
const parcel = (id: number): Parcel => ({ id, fail: false });
/** Whatever has been settled by now has been heard of. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

it("begins as many as may be under way, and the next when one has ended", async () => {
  const { outbox, begun, step } = setUp(2);
  outbox.start();
  for (const id of [1, 2, 3, 4]) outbox.add(parcel(id));
  expect(begun).toEqual([1, 2]);
  step(2).end.resolve();
  await settled();
  expect(begun).toEqual([1, 2, 3]);
});

it("begins nothing before the start", () => {
  const { outbox, begun } = setUp(2);
  outbox.add(parcel(1));
  expect(begun).toEqual([]);
  outbox.start();
  expect(begun).toEqual([1]);
});

it("lets each wait until the one before it is on its way, or has ended without that", async () => {
  const { outbox, step } = setUp(3);
  outbox.start();
  for (const id of [1, 2, 3]) outbox.add(parcel(id));
  const turns: number[] = [];
  for (const id of [1, 2, 3]) void step(id).turn.then(() => turns.push(id));
  await settled();
  expect(turns).toEqual([1]);
  step(1).sent();
  await settled();
  expect(turns).toEqual([1, 2]);
  step(2).end.reject(new Error("Broken."));
  await settled();
  expect(turns).toEqual([1, 2, 3]);
});

it("goes on after trouble, and tells of it", async () => {
  const { outbox, begun, step, troubles } = setUp(1);
  outbox.start();
  outbox.add(parcel(1));
  outbox.add(parcel(2));
  const trouble = new Error("Broken.");
  step(1).end.reject(trouble);
  await settled();
  expect(troubles).toEqual([trouble]);
  expect(begun).toEqual([1, 2]);
});

it("is idle once all have ended, those that came meanwhile too", async () => {
  const { outbox, step } = setUp(1);
  await outbox.idle();
  outbox.start();
  outbox.add(parcel(1));
  let idle = false;
  const waiting = outbox.idle().then(() => {
    idle = true;
  });
  outbox.add(parcel(2));
  step(1).end.resolve();
  await settled();
  expect(idle).toBe(false);
  step(2).end.resolve();
  await waiting;
});

it("stops after what is under way", async () => {
  const { outbox, begun, step } = setUp(1);
  outbox.start();
  outbox.add(parcel(1));
  outbox.add(parcel(2));
  const stopped = outbox.stop();
  step(1).end.resolve();
  await stopped;
  expect(begun).toEqual([1]);
});
