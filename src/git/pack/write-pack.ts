import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { deflate } from "node:zlib";
import { type GitObject, objectId } from "./git-object.ts";
import { entryHead } from "./pack-entry.ts";

const VERSION = 2;

const deflated = promisify<Buffer, Buffer>(deflate);

/**
 * A pack of version 2 with the objects as they are, none of them as a delta: gitformat-pack(5). An object given twice
 * is written once, because `git index-pack --strict`, which hosts run, refuses a pack that has one twice.
 */
export async function writePack(objects: readonly GitObject[]): Promise<Buffer> {
  const distinct = new Map(objects.map((object) => [objectId(object), object]));
  const head = Buffer.from("PACK\0\0\0\0\0\0\0\0", "latin1");
  head.writeUInt32BE(VERSION, 4);
  head.writeUInt32BE(distinct.size, 8);
  const parts: Buffer[] = [head];
  // One after another: zlib takes 256 KB for each stream at work.
  for (const { type, data } of distinct.values()) {
    parts.push(entryHead(type, data.length), await deflated(data));
  }
  const body = Buffer.concat(parts);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}
