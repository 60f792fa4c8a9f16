import type { People } from "../people.ts";
import type { World } from "../world.ts";
import type { WorldDeps } from "./create-world.ts";
import { createCheckPeople } from "./people-checks.ts";
import { createPullPeople } from "./people-pulls.ts";
import { createWordPeople } from "./people-words.ts";

/** Everything throws the refusal GitHub would show when it isn't possible. */
export function createPeople(
  deps: WorldDeps,
  world: Pick<World, "pushAs" | "setBranch" | "deleteBranch">,
): People {
  return { ...createPullPeople(deps, world), ...createWordPeople(deps), ...createCheckPeople(deps) };
}
