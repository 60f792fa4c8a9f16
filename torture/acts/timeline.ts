import assert from "node:assert/strict";
import type { EventKind } from "../../src/proposals/event-kinds.ts";
import type { Stage } from "../boundaries/stage.ts";

interface Entry {
  kind: EventKind;
  seq: number;
  data: Record<string, unknown>;
}

/** A proposal's timeline, oldest first. @throws AssertionError when it is out of order */
export const timelineOf = async ({ service }: Stage, proposalId: string): Promise<Entry[]> => {
  const { data } = await service.api.get<{ data: Entry[] }>(`/proposals/${proposalId}/events?limit=200`);
  const order = data.map(({ seq }) => seq);
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
    "the timeline is in order",
  );
  return data;
};

/** What happens once stands there once. */
export const assertTold = (timeline: Entry[], once: readonly EventKind[]): void => {
  for (const kind of once) {
    const times = timeline.filter((entry) => entry.kind === kind).length;
    assert.equal(times, 1, `${kind} stands on the timeline ${times} times`);
  }
};
