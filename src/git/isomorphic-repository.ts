import * as git from "isomorphic-git";
import { createFsFromVolume, type IFs, Volume } from "memfs";

export const REMOTE = "origin";

/** What every call of isomorphic-git is given. */
export interface LocalRepository {
  fs: IFs;
  gitdir: string;
  /** Where isomorphic-git keeps parsed pack indexes between calls. */
  cache: object;
}

export interface LocalCopy {
  repository: LocalRepository;
  /** Gives the memory back. */
  discard: () => void;
}

/**
 * A bare repository in memory, for one job: objects come from a shallow fetch and from our own commits, and
 * nothing of it ever reaches a disk.
 */
export async function createLocalCopy(url: string): Promise<LocalCopy> {
  const volume = new Volume();
  const repository: LocalRepository = {
    fs: createFsFromVolume(volume),
    gitdir: "/repository.git",
    cache: {},
  };
  await git.init({ ...repository, bare: true });
  await git.addRemote({ ...repository, remote: REMOTE, url });
  return { repository, discard: () => volume.reset() };
}
