import { join } from "node:path";
import { createGitRepository, type GitRepository } from "../git/git-repository.ts";
import type { RepositoryRecord } from "./model.ts";

export interface Repositories {
  /** Folder of all bare repositories: what `git http-backend` is pointed at. */
  readonly root: string;
  git(repository: RepositoryRecord): GitRepository;
}

/** Bare repositories lie under their ids, so that a rename moves nothing. */
export function createRepositories(root: string): Repositories {
  return {
    root,
    git: (repository) => createGitRepository(join(root, `${repository.id}.git`)),
  };
}
