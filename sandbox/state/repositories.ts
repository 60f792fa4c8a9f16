import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createGitRepository, type GitRepository } from "../git/git-repository.ts";
import { createTipReader, type TipReader } from "../git/read-tips.ts";
import { notFound } from "../github-error.ts";
import type { RepositoryRecord } from "./model.ts";

export interface Repositories {
  /** Folder of all bare repositories: what `git http-backend` is pointed at. */
  readonly root: string;
  dir(repository: RepositoryRecord): string;
  git(repository: RepositoryRecord): GitRepository;
  tips(repository: RepositoryRecord): TipReader;
  /** The folder is there afterwards: of repositories made in bulk it comes with its first use. */
  ready(repository: RepositoryRecord): Promise<void>;
  /** Removes the folder for good. */
  remove(repository: RepositoryRecord): void;
}

/**
 * Bare repositories lie under their ids, so that a rename moves nothing.
 * @param make puts the first commit of a repository that has no folder into the one named, at once; without it every
 * repository has to have its folder.
 */
export function createRepositories(
  root: string,
  make: (repository: RepositoryRecord, dir: string) => Promise<void> = refuse,
): Repositories {
  const readers = new Map<number, TipReader>();
  const making = new Map<number, Promise<void>>();
  /** Somebody may still hold the record of a deleted one; it must not come back by that. */
  const removed = new Set<number>();
  const dirOf = ({ id }: RepositoryRecord): string => join(root, `${id}.git`);

  async function ready(repository: RepositoryRecord): Promise<void> {
    const { id } = repository;
    const dir = dirOf(repository);
    if (removed.has(id)) throw notFound();
    if (!making.has(id) && existsSync(dir)) return;
    const made = making.get(id) ?? make(repository, dir).finally(() => making.delete(id));
    making.set(id, made);
    await made;
  }
  return {
    root,
    dir: dirOf,
    ready,
    git: (repository) => createGitRepository(dirOf(repository), () => ready(repository)),
    tips(repository) {
      const reader = readers.get(repository.id) ?? createTipReader(dirOf(repository));
      readers.set(repository.id, reader);
      return reader;
    },
    remove(repository) {
      removed.add(repository.id);
      readers.delete(repository.id);
      rmSync(dirOf(repository), { recursive: true, force: true });
    },
  };
}

const refuse = ({ id }: RepositoryRecord): Promise<never> =>
  Promise.reject(new Error(`The repository ${id} has no folder.`));
