import { inflateSync, type Zlib } from "node:zlib";
import { GitError, type Oid } from "../transport.ts";
import { type Cursor, takeByte, takeBytes, takeOffset, takeSize } from "./cursor.ts";
import type { GitObject, ObjectType } from "./git-object.ts";

const TYPE_CODES: Record<ObjectType, number> = { commit: 1, tree: 2, blob: 3, tag: 4 };
const OFS_DELTA_CODE = 6;
const REF_DELTA_CODE = 7;
const OID_BYTES = 20;

/** What zlib writes at a time into an object of unproven size. */
const INFLATE_CHUNK_BYTES_MAX = 64 * 1024;
/** The least zlib in Node accepts. */
const INFLATE_CHUNK_BYTES_MIN = 64;

export type PackEntry =
  | { kind: "object"; object: GitObject }
  /** `base` is the place of an entry before this one, in bytes from the start of the pack, or the id of an object. */
  | { kind: "delta"; base: number | Oid; delta: Buffer };

/** The type and the inflated size in front of an entry's data: "pack entries" in gitformat-pack(5). */
export function entryHead(type: ObjectType, size_bytes: number): Buffer {
  const bytes: number[] = [];
  let low = (TYPE_CODES[type] << 4) | (size_bytes & 0b1111);
  for (let rest = Math.floor(size_bytes / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(low | 0x80);
    low = rest & 0x7f;
  }
  return Buffer.from([...bytes, low]);
}

/**
 * Reads the entry at `cursor`, which afterwards stands behind it.
 *
 * @param bytes_max what the entry may inflate to.
 * @throws GitError `protocol` for what is no entry, `too_large` for one that says it is larger than `bytes_max`.
 */
export function takeEntry(cursor: Cursor, bytes_max: number): PackEntry {
  const start = cursor.at;
  const first = takeByte(cursor);
  const size_bytes = (first & 0b1111) + (first < 0x80 ? 0 : takeSize(cursor) * 16);
  if (size_bytes > bytes_max) {
    throw new GitError("too_large", `the pack has an entry of ${size_bytes} bytes, at most ${bytes_max} fit`);
  }
  const code = (first >> 4) & 0b111;
  if (code === OFS_DELTA_CODE) {
    const base = start - takeOffset(cursor);
    return { kind: "delta", base, delta: takeInflated(cursor, size_bytes) };
  }
  if (code === REF_DELTA_CODE) {
    const base = takeBytes(cursor, OID_BYTES).toString("hex");
    return { kind: "delta", base, delta: takeInflated(cursor, size_bytes) };
  }
  const type = typeOf(code);
  return { kind: "object", object: { type, data: takeInflated(cursor, size_bytes) } };
}

function typeOf(code: number): ObjectType {
  switch (code) {
    case TYPE_CODES.commit:
      return "commit";
    case TYPE_CODES.tree:
      return "tree";
    case TYPE_CODES.blob:
      return "blob";
    case TYPE_CODES.tag:
      return "tag";
    default:
      throw new GitError("protocol", `the pack has an entry of the unknown type ${code}`);
  }
}

/** Where an entry's data ends is written nowhere: zlib finds the end of its stream and tells how much it read. */
function takeInflated(cursor: Cursor, size_bytes: number): Buffer {
  const { data, read_bytes } = inflate(cursor.bytes.subarray(cursor.at), size_bytes);
  if (data.length !== size_bytes) throw wrongSize();
  cursor.at += read_bytes;
  return data;
}

function inflate(bytes: Buffer, size_bytes: number): { data: Buffer; read_bytes: number } {
  // An object keeps the chunk it was written to, so the chunk of a small one is as small; a large one gets its
  // memory only as its data turns up. The one byte more lets zlib see the end of its stream in the first chunk.
  const chunkSize = Math.min(Math.max(size_bytes + 1, INFLATE_CHUNK_BYTES_MIN), INFLATE_CHUNK_BYTES_MAX);
  try {
    const inflated = inflateSync(bytes, { info: true, maxOutputLength: Math.max(size_bytes, 1), chunkSize });
    // The types do not know what `info` does: https://nodejs.org/api/zlib.html#class-options
    const { buffer, engine } = inflated as unknown as { buffer: Buffer; engine: Zlib };
    return { data: buffer, read_bytes: engine.bytesWritten };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw wrongSize();
    throw new GitError("protocol", "the pack has an entry that is not zlib's", { cause });
  }
}

const wrongSize = () => new GitError("protocol", "the pack has an entry of another size than it says");
