import type { LeakWorld } from "../leak-world.ts";

/** Something that happens to the service, mostly something bad, with secrets in the way of it. */
export interface Provocation {
  name: string;
  needs?: ProvocationNeed;
  /** @throws when it does not come about: then it has shown nothing */
  run(world: LeakWorld): Promise<void>;
}

/**
 * Default: nothing, so it may happen beside others, and in the short form.
 * - `process`: one more, which the short form has not to spare
 * - `quiet`: nothing else may be begun meanwhile
 * - `worker`: one that dies, so nothing comes after it
 */
export type ProvocationNeed = "process" | "quiet" | "worker";
