import type { Store } from "../state/store.ts";
import type { World } from "../world.ts";
import { SEED_COMMITS } from "./seed-files.ts";

/**
 * What a newcomer finds: the organisation `acme` with a repository of search configuration that has a short
 * history, the app installed on it, and two people.
 */
export async function seed(store: Store, world: World): Promise<void> {
  const [first, ...later] = SEED_COMMITS;
  await world.createPerson("alice");
  await world.addMember("acme", "alice");
  await world.createPerson("bob");
  const repository = await world.createRepository({
    owner: "acme",
    name: "search-config",
    files: first.files,
    message: first.message,
  });
  await world.setCollaborator(repository.id, "bob", "write");
  for (const commit of later) {
    await world.pushAs(commit.person, repository.id, "main", commit.files, { message: commit.message });
  }
  store.update((state) => {
    state.seeded = true;
  });
}
