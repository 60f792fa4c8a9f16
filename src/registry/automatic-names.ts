interface Named {
  id: number;
  owner: string;
  name: string;
}

/**
 * The names a repository may be registered under by itself, the best one first. Its number tells it from another one
 * whose row has the first: one of before a renaming, or one that somebody named so.
 */
export const automaticNames = ({ id, owner, name }: Named): string[] => {
  const plain = `${owner}/${name}`.toLowerCase();
  return [plain, `${plain}-${id}`, `${plain}-${id}-${id}`];
};

/**
 * Gives each repository its name. Names that these repositories have now are free: they may change places.
 * @param holders the names in use among {@link automaticNames}, with the id of the repository that has each
 * @returns by id
 */
export const assignNames = (
  repositories: readonly Named[],
  holders: ReadonlyMap<string, number>,
): Map<number, string> => {
  const ids = new Set(repositories.map(({ id }) => id));
  const given = new Map<number, string>();
  const used = new Set<string>();
  const isFree = (name: string) => {
    const holder = holders.get(name);
    return !used.has(name) && (holder === undefined || ids.has(holder));
  };
  const give = (id: number, name: string) => {
    given.set(id, name);
    used.add(name);
  };
  const inOrder = repositories.toSorted((one, other) => one.id - other.id);
  // Plain names first, so that no number makes up a name another repository really has.
  for (const repository of inOrder) {
    const [plain = ""] = automaticNames(repository);
    if (isFree(plain)) give(repository.id, plain);
  }
  for (const repository of inOrder.filter(({ id }) => !given.has(id))) {
    const name = automaticNames(repository).find(isFree);
    // Then the constraint says which name is taken.
    give(repository.id, name ?? automaticNames(repository)[0] ?? "");
  }
  return given;
};
