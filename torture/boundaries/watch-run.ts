import { setTimeout as sleep } from "node:timers/promises";
import type { LoggedRequest } from "../../sandbox/server/request-log.ts";
import type { Seen } from "./boundary.ts";
import { isWrite, requestName } from "./request-name.ts";
import type { Actor, Stage } from "./stage.ts";

/** Long enough for each of the queue's polls and of its looks after itself. */
const IDLE_MS = 3_000;

interface SeenStatement {
  kind: "commit" | "read";
  name: string;
  at: number;
}

/** What a process does when there is nothing to do: it belongs to no job. */
export type Noise = ReadonlySet<string>;

const OF_NO_ROW = " (of no row)";

/** Whether a process says this when there is nothing to do, too. */
export const isNoise = (noise: Noise, label: string): boolean =>
  noise.has(label) || noise.has(label + OF_NO_ROW);

const record = (actor: Actor): SeenStatement[] => {
  const seen: SeenStatement[] = [];
  actor.database.watch({
    after: ({ label, text, commits }, changed) => {
      const at = Date.now();
      if (commits) seen.push({ kind: "commit", name: changed ? label : label + OF_NO_ROW, at });
      else if (/^\s*select\b/i.test(text)) seen.push({ kind: "read", name: label, at });
      return undefined;
    },
  });
  return seen;
};

export const listenToNoise = async (actor: Actor): Promise<Noise> => {
  const seen = record(actor);
  await sleep(IDLE_MS);
  actor.database.watch(null);
  return new Set(seen.map(({ name }) => name));
};

/** Lets something happen undisturbed, and says what the process did for it. */
export const watchRun = async (
  stage: Stage,
  actor: Actor,
  noise: Noise,
  act: () => Promise<void>,
): Promise<Seen> => {
  const { sandbox } = stage.service;
  sandbox.clearRequests();
  const seen = record(actor);
  await act();
  await stage.settled();
  actor.database.watch(null);
  const requests = sandbox.requests();
  const own = seen.filter(({ name }) => !noise.has(name));
  return {
    requests: requests.map(({ method, path, query }) => requestName(method, path + query)),
    commits: own
      .filter(({ kind, name }) => kind === "commit" && !name.endsWith(OF_NO_ROW))
      .map(({ name }) => ({ name, idle: noise.has(name + OF_NO_ROW) })),
    reads: readsBeforeWrites(
      own.filter(({ kind }) => kind === "read"),
      requests,
    ),
  };
};

/** All reads up to the last one that a write was sent after: by such an answer it is decided whether to write. */
const readsBeforeWrites = (reads: SeenStatement[], requests: LoggedRequest[]): Seen["reads"] => {
  const deciding = new Set<SeenStatement>();
  for (const { at } of requests.filter(({ method, path, query }) =>
    isWrite(requestName(method, path + query)),
  )) {
    const last = reads.findLast((read) => read.at <= at);
    if (last !== undefined) deciding.add(last);
  }
  return reads.map((read) => ({ name: read.name, decides: deciding.has(read) }));
};
