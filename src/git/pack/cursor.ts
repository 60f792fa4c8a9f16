import { GitError } from "../transport.ts";

/** Seven groups of seven bits: 512 TiB, far above every limit and still an exact number. */
const VARINT_BYTES_MAX = 7;

/** A place in bytes that moves on as they are read. */
export interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

/** @throws GitError `protocol` at the end. */
export function takeByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at];
  if (byte === undefined) throw cutShort();
  cursor.at += 1;
  return byte;
}

/** A view of the next `length` bytes. @throws GitError `protocol` when there are fewer. */
export function takeBytes(cursor: Cursor, length: number): Buffer {
  const end = cursor.at + length;
  if (end > cursor.bytes.length) throw cutShort();
  const taken = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  return taken;
}

/** The "size encoding" of gitformat-pack(5): seven bits a byte, lowest first, the top bit says that more follow. */
export function takeSize(cursor: Cursor): number {
  let size = 0;
  for (let index = 0; index < VARINT_BYTES_MAX; index++) {
    const byte = takeByte(cursor);
    size += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return size;
  }
  throw overLong();
}

/**
 * The "offset encoding" of gitformat-pack(5): seven bits a byte, highest first, and each byte that says more follow
 * adds one, so that no distance can be written in two ways.
 */
export function takeOffset(cursor: Cursor): number {
  let offset = 0;
  for (let index = 0; index < VARINT_BYTES_MAX; index++) {
    const byte = takeByte(cursor);
    offset += byte & 0x7f;
    if (byte < 0x80) return offset;
    offset = (offset + 1) * 2 ** 7;
  }
  throw overLong();
}

const cutShort = () => new GitError("protocol", "the pack has an entry that is cut short");
const overLong = () => new GitError("protocol", "the pack has a number of too many bytes");
