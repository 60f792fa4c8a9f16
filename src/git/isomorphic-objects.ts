import * as git from "isomorphic-git";
import type { LocalRepository } from "./isomorphic-repository.ts";
import type { ObjectStore } from "./object-store.ts";
import { GitError } from "./transport.ts";

/** Objects in isomorphic-git's local repository, as bytes: its own trees lose what is not UTF-8 in a name. */
export const createIsomorphicStore = (repository: LocalRepository): ObjectStore => ({
  read: async (oid, type) => {
    const found = await git.readObject({ ...repository, oid, format: "content" });
    if (found.type !== type || !(found.object instanceof Uint8Array)) {
      throw new GitError("protocol", `object ${oid} is not the ${type} it is said to be`);
    }
    return found.object;
  },
  write: (type, object) => git.writeObject({ ...repository, type, object, format: "content" }),
});
