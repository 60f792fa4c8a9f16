import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { State } from "./model.ts";
import { upgradeState } from "./upgrade-state.ts";

export interface Store {
  /** For reading only; changes go through {@link Store.update}. */
  readonly state: Readonly<State>;
  /**
   * Applies a change and returns what it returns, once the whole state is on disk: an answer sent afterwards
   * stays true after a `kill -9`. The change must not wait for anything, so that no other request sees half of it.
   */
  update<T>(change: (state: State) => T): T;
  /** From now on updates throw: whoever opens the folder next must not find it written to by requests still running. */
  close(): void;
}

/** @param initial the state of a first start; used when the folder has none, or one whose seeding never ended. */
export function openStore(folder: string, initial: () => State): Store {
  const path = join(folder, "state.json");
  const state = readState(path) ?? initial();
  let closed = false;
  return {
    state,
    close: () => {
      closed = true;
    },
    update(change) {
      if (closed) throw new Error("The sandbox is closed.");
      const result = change(state);
      const draft = `${path}.new`;
      writeFileSync(draft, JSON.stringify(state), { mode: 0o600 });
      renameSync(draft, path);
      return result;
    },
  };
}

/** Takes the next id of the one sequence. Only inside {@link Store.update}. */
export function takeId(state: State): number {
  state.last_id += 1;
  return state.last_id;
}

function readState(path: string): State | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const state = JSON.parse(text) as State;
  return state.seeded ? upgradeState(state) : null;
}
