import { GitHubError } from "../github-error.ts";
import { isoSeconds } from "../site.ts";
import { FOUNDER } from "../state/founder.ts";
import type { AccountRecord, PullRecord, RepositoryRecord } from "../state/model.ts";
import { mayWrite } from "../state/roles.ts";
import type { RepositoryRef } from "../world.ts";
import type { WorldDeps } from "./create-world.ts";
import { addPerson, findRepository } from "./find.ts";

/** Somebody about to do something in a repository. */
export interface Scene {
  repository: RepositoryRecord;
  who: AccountRecord;
  now: string;
}
export interface PullScene extends Scene {
  pull: PullRecord;
}

/** @throws GitHubError 403 in an archived repository */
export function enter({ clock, store }: WorldDeps, ref: RepositoryRef, person = FOUNDER): Scene {
  const repository = findRepository(store.state, ref);
  if (repository.archived) throw new GitHubError(403, "Repository was archived so is read-only.");
  const now = isoSeconds(clock.now());
  return { repository, who: addPerson(store, person, now), now };
}

/** @throws GitHubError 403 in an archived repository, 404 without such a pull request */
export async function enterPull(
  deps: WorldDeps,
  ref: RepositoryRef,
  number: number,
  person?: string,
): Promise<PullScene> {
  const scene = enter(deps, ref, person);
  return { ...scene, pull: await deps.pulls.get(scene.repository, number) };
}

/** @throws GitHubError 403 for somebody without write access */
export function mustWrite({ repository, who }: Scene): void {
  if (!mayWrite(repository, who)) throw new GitHubError(403, "Must have push access to repository.");
}

/** What somebody made may be changed by them, and by who may write. @throws GitHubError 403 */
export function mustOwnOrWrite(scene: Scene, { user_id }: { user_id: number }): void {
  if (scene.who.id !== user_id) mustWrite(scene);
}
