import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { LoggedRequest } from "../../sandbox/server/request-log.ts";
import { ANSWER_AGE_MS_MAX } from "../../src/jobs/fresh-answer.ts";
import type { Act } from "../acts/act.ts";
import type { Boundary } from "../boundaries/boundary.ts";
import { holdAt } from "../boundaries/hold-at.ts";
import { isWrite, requestName } from "../boundaries/request-name.ts";
import type { Actor, Stage } from "../boundaries/stage.ts";
import { isNoise, type Noise } from "../boundaries/watch-run.ts";
import type { Pair } from "./pair.ts";

/**
 * The queue gives a silent worker 10 s, of which at most 3 s have gone by when it is suspended. Its heartbeat is aged here,
 * but what a process notices of its own sleep has to be noticeable.
 */
const FROZEN_MS_MIN = ANSWER_AGE_MS_MAX + 1_000;
/** Longer than what a job waits for before it looks at GitHub again. */
const QUIET_MS = 1_500;
const QUIET_TIMEOUT_MS = 30_000;
const POLL_MS = 50;
const HARMLESS = new Set([
  // What whoever is awake does about a comment that was late in the network.
  "DELETE /repos/{repository}/issues/comments/{}",
  // A deletion looks at the tip before it is sent, and git compares it again: of a branch that is gone nothing is deleted.
  "POST {repository}.git/git-receive-pack",
]);

/** The names of those that nobody who lost a job may send. */
export const writesAmong = (
  requests: readonly Pick<LoggedRequest, "method" | "path" | "query">[],
): string[] =>
  requests
    .map(({ method, path, query }) => requestName(method, path + query))
    .filter((name) => isWrite(name) && !HARMLESS.has(name));

/** @returns whether the run came by there */
export const freezeAt = async (pair: Pair, act: Act, boundary: Boundary, noise: Noise): Promise<boolean> => {
  const { stage } = pair;
  const scene = await act.prepare(stage);
  await stage.settled();
  const zombie = pair.awake();
  const held = holdAt(stage, zombie, boundary);
  const begun = scene.begin();
  begun.catch(() => undefined);
  const reached = await Promise.race([
    held.reached.then(() => true),
    begun.then(() => stage.settled()).then(() => false),
  ]);
  if (!reached) {
    held.goOn();
    await scene.check();
    return false;
  }
  pair.suspend();
  const frozen_ms = performance.now();
  // The process stands still; the network does not, unless it is what keeps the request.
  const isLate = boundary.moment === "before";
  if (!isLate) held.goOn();
  await stage.ageHeartbeats();
  pair.takeOver();
  await begun;
  await stage.settled();
  await sleep(Math.max(0, frozen_ms + FROZEN_MS_MIN - performance.now()));
  stage.service.sandbox.clearRequests();
  pair.wake();
  if (isLate) held.goOn();
  await quiet(stage, zombie, noise);
  await stage.settled();
  const writes = writesAmong(stage.service.sandbox.requests());
  assert.deepEqual(writes, [], "nothing is written by the one that woke up");
  pair.rest();
  await scene.check();
  return true;
};

/** Waits until the process has nothing more to do with what it was suspended in. */
const quiet = async ({ service: { sandbox } }: Stage, actor: Actor, noise: Noise): Promise<void> => {
  let last_ms = performance.now();
  actor.database.watch({
    before: ({ label }) => {
      if (!isNoise(noise, label)) last_ms = performance.now();
      return undefined;
    },
  });
  const deadline_ms = last_ms + QUIET_TIMEOUT_MS;
  let before = { all: 0, open: 0 };
  while (performance.now() < last_ms + QUIET_MS && performance.now() < deadline_ms) {
    await sleep(POLL_MS);
    const requests = sandbox.requests();
    // One that was given up stays open for ever.
    const open = requests.filter(({ status }) => status === null).length;
    if (requests.length !== before.all || open !== before.open) last_ms = performance.now();
    before = { all: requests.length, open };
  }
  actor.database.watch(null);
};
