import { randomUUID } from "node:crypto";
import type { ReadyAnswer } from "./ready-answers.ts";

export type FaultKind =
  | { kind: "latency"; latency_ms: number }
  /** Answers at once, without the effect. */
  | { kind: "answer"; status: number; headers?: Record<string, string>; body?: string | object }
  /** One of the answers GitHub is known to give, without the effect. */
  | { kind: "ready"; name: ReadyAnswer; retry_after_s?: number }
  /**
   * The connection ends without an answer: before the effect, or after the request was carried out. Git and curl send a
   * request again, once, when that happens on a connection they have used before; `times: null` breaks that one too.
   */
  | { kind: "drop"; when: "before" | "after" }
  /** Carried out; half of the answer arrives, then the connection ends. */
  | { kind: "truncate" }
  /** Carried out; a page of HTML with status 200 arrives where JSON was expected. */
  | { kind: "html" }
  /** Waits before or after the effect, or after it with half of the answer sent, until `release(id)` or `lose(id)`. */
  | { kind: "hold"; when: "before" | "after" | "midway" }
  /**
   * The API lags: a GET is answered from what was known when this fault was added, whatever has changed since; other
   * methods are not touched. Credentials, and what git itself holds (refs, contents, commits), do not lag.
   */
  | { kind: "stale" };

export interface FaultSpec {
  /** Such as `POST`; unset: every method. */
  method?: string | undefined;
  /**
   * Pattern of the whole path, in which `*` stands for any characters, such as
   * `/api/v3/repos/acme/*`; a push goes to one that ends in `/git-receive-pack`. With a `?` in it, it is compared with path and query. Unset: every path.
   */
  path?: string | undefined;
  /** What a pattern can't say; `target` is path and query. Only within this process. */
  matches?: ((method: string, target: string) => boolean) | undefined;
  /** Lets this many matching requests pass first; default 0. */
  skip?: number | undefined;
  /** Applies to this many; default 1; null until removed. */
  times?: number | null | undefined;
  fault: FaultKind;
}

export interface ActiveFault extends FaultSpec {
  id: string;
  /** Requests that matched so far, and those it was applied to. */
  matched: number;
  applied: number;
}

/**
 * Every latency that matches a request is applied to it, and of the other kinds the first one, in the order they were
 * added.
 */
export interface Faults {
  /** @returns the fault's id. */
  add(spec: FaultSpec): string;
  /** Lets the requests it holds go on. */
  remove(id: string): void;
  /** Removes all and lets every held request go on. */
  clear(): void;
  list(): ActiveFault[];
  /** Resolves as soon as a request is held by this fault (at once if one is held now); rejects when it is removed. */
  held(id: string): Promise<void>;
  /** Lets the requests held by this fault now go on. */
  release(id: string): void;
  /** The network loses what this fault holds: a request held before its effect never arrives, an answer neither. */
  lose(id: string): void;
}

export interface FaultsInUse extends Faults {
  /** What happens to this request: counts it. `target` is path and query. */
  match(method: string, target: string): { latency_ms: number; fault: ActiveFault | null };
  /** Resolves on release, removal, {@link Faults.clear} or {@link Faults.lose}. @returns whether it goes on */
  hold(id: string): Promise<boolean>;
}

/** Keeps what `stale` faults answer from. */
export interface Memory {
  remember(id: string): void;
  forget(id: string): void;
}

interface Holding {
  fault: ActiveFault;
  release: ((goesOn: boolean) => void)[];
  /** Waiting for a request to be held. */
  watchers: PromiseWithResolvers<void>[];
}

export function createFaults(memory: Memory): FaultsInUse {
  const active = new Map<string, Holding>();

  function known(id: string): Holding {
    const holding = active.get(id);
    if (!holding) throw new Error(`There is no fault ${id}.`);
    return holding;
  }
  function release(holding: Holding, goesOn = true): void {
    for (const end of holding.release.splice(0)) end(goesOn);
  }
  function remove(id: string): void {
    const holding = known(id);
    active.delete(id);
    if (holding.fault.fault.kind === "stale") memory.forget(id);
    release(holding);
    for (const watcher of holding.watchers) watcher.reject(new Error(`The fault ${id} was removed.`));
  }

  return {
    add(spec) {
      const id = randomUUID();
      if (spec.fault.kind === "stale") memory.remember(id);
      active.set(id, { fault: { ...spec, id, matched: 0, applied: 0 }, release: [], watchers: [] });
      return id;
    },
    remove,
    clear: () => {
      for (const id of [...active.keys()]) remove(id);
    },
    list: () => [...active.values()].map(({ fault }) => ({ ...fault })),
    async held(id) {
      const holding = known(id);
      if (holding.release.length > 0) return;
      const watcher = Promise.withResolvers<void>();
      holding.watchers.push(watcher);
      await watcher.promise;
    },
    release: (id) => release(known(id)),
    lose: (id) => release(known(id), false),
    hold: (id) =>
      new Promise((resolve) => {
        const holding = active.get(id);
        if (!holding) return resolve(true);
        holding.release.push(resolve);
        for (const watcher of holding.watchers.splice(0)) watcher.resolve();
      }),
    match(method, target) {
      let latency_ms = 0;
      for (const { fault } of active.values()) {
        if (!matches(fault, method, target) || !takes(fault)) continue;
        if (fault.fault.kind !== "latency") return { latency_ms, fault };
        latency_ms += fault.fault.latency_ms;
      }
      return { latency_ms, fault: null };
    },
  };
}

function matches(fault: FaultSpec, method: string, target: string): boolean {
  if (fault.fault.kind === "stale" && method !== "GET") return false;
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false;
  if (fault.matches !== undefined && !fault.matches(method, target)) return false;
  if (fault.path === undefined) return true;
  const subject = fault.path.includes("?") ? target : (target.split("?")[0] ?? "");
  const pattern = fault.path
    .split("*")
    .map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${pattern}$`).test(subject);
}

/** Counts a matching request and says whether it is one of those the fault applies to. */
function takes(fault: ActiveFault): boolean {
  fault.matched += 1;
  const { skip = 0, times = 1 } = fault;
  if (fault.matched <= skip || (times !== null && fault.applied >= times)) return false;
  fault.applied += 1;
  return true;
}
