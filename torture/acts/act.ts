import type { Stage } from "../boundaries/stage.ts";

/** Something that happens once, and what must be so afterwards whoever died meanwhile. */
export interface Act {
  name: string;
  /** The process whose death is looked at. */
  actor: "worker" | "web";
  /** Makes what it begins from. */
  prepare(stage: Stage): Promise<Scene>;
}

export interface Scene {
  begin(): Promise<void>;
  /** What comes with time where a process died: the turn of a schedule. */
  recover?(): Promise<void>;
  /** @throws AssertionError when a promise was not kept */
  check(): Promise<void>;
}
