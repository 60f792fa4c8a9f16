import { expect, it } from "vitest";
import { createOneTimeState, STATE_LIFETIME_MS } from "../../src/register/one-time-state.ts";

const createState = () => {
  let now = 1_000_000;
  let count = 0;
  const state = createOneTimeState({
    clock: { now: () => now },
    random: () => {
      count += 1;
      return `state-${count}`;
    },
  });
  return {
    state,
    wait: (ms: number) => {
      now += ms;
    },
  };
};

it("is one state until it is spent", () => {
  const { state } = createState();
  expect(state.current()).toBe("state-1");
  expect(state.current()).toBe("state-1");
  expect(state.matches("state-1")).toBe(true);
  state.spend();
  expect(state.matches("state-1")).toBe(false);
  expect(state.current()).toBe("state-2");
});

it("matches nothing before it was made, and nothing but itself", () => {
  const { state } = createState();
  expect(state.matches("")).toBe(false);
  expect(state.matches("state-1")).toBe(false);
  state.current();
  for (const other of ["", "state-", "state-2", "state-11"]) expect(state.matches(other)).toBe(false);
});

it("is over after an hour, and another one takes its place", () => {
  const { state, wait } = createState();
  state.current();
  wait(STATE_LIFETIME_MS - 1);
  expect(state.matches("state-1")).toBe(true);
  wait(1);
  expect(state.matches("state-1")).toBe(false);
  expect(state.current()).toBe("state-2");
  expect(state.matches("state-1")).toBe(false);
});
