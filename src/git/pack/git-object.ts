import { createHash } from "node:crypto";
import type { Oid } from "../transport.ts";

export type ObjectType = "commit" | "tree" | "blob" | "tag";

/** One object of a repository: `data` is its content, without the header that goes into its id. */
export interface GitObject {
  type: ObjectType;
  data: Buffer;
}

/** SHA-1 over `<type> <size>\0<content>`, 40 lower-case hex digits: git-hash-object(1). */
export function objectId({ type, data }: GitObject): Oid {
  return createHash("sha1").update(`${type} ${data.length}\0`, "latin1").update(data).digest("hex");
}
