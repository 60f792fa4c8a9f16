import { GitError } from "../transport.ts";
import { type Cursor, takeByte, takeBytes, takeSize } from "./cursor.ts";

/** The size of a copy whose instruction names none: gitformat-pack(5). */
const COPY_BYTES_UNNAMED = 0x10000;

/**
 * What a delta makes of its base. A delta is the size of the base, the size of the result, and instructions that copy
 * a range of the base or insert bytes of their own: "Deltified representation" in gitformat-pack(5).
 *
 * @throws GitError `protocol` for a delta that does not fit its base or its own sizes, `too_large` when the result
 * would be more than `bytes_max`; that is known before memory is taken for it.
 */
export function applyDelta(base: Buffer, delta: Buffer, bytes_max: number): Buffer {
  const cursor = { bytes: delta, at: 0 };
  if (takeSize(cursor) !== base.length)
    throw new GitError("protocol", "a delta is for a base of another size");
  const size_bytes = takeSize(cursor);
  if (size_bytes > bytes_max) {
    throw new GitError(
      "too_large",
      `a delta makes an object of ${size_bytes} bytes, at most ${bytes_max} fit`,
    );
  }
  // Not cleared first: the object is handed out only when all of it was written.
  const result = Buffer.allocUnsafe(size_bytes);
  let written = 0;
  while (cursor.at < delta.length) {
    const piece = takePiece(cursor, base);
    if (piece.length > size_bytes - written) throw wrongSize();
    written += piece.copy(result, written);
  }
  if (written !== size_bytes) throw wrongSize();
  return result;
}

/** What one instruction adds, never nothing: a view of the base, or of the delta itself. */
function takePiece(cursor: Cursor, base: Buffer): Buffer {
  const instruction = takeByte(cursor);
  if (instruction === 0) throw new GitError("protocol", "a delta has an instruction that is reserved");
  if (instruction < 0x80) return takeBytes(cursor, instruction);
  const start = takeNamedBytes(cursor, instruction & 0b1111);
  const length = takeNamedBytes(cursor, (instruction >> 4) & 0b111) || COPY_BYTES_UNNAMED;
  if (start + length > base.length) throw new GitError("protocol", "a delta copies from beyond its base");
  return base.subarray(start, start + length);
}

/** A little-endian number of which only the bytes in `named` (lowest bit first) are there; the others are zero. */
function takeNamedBytes(cursor: Cursor, named: number): number {
  let value = 0;
  for (let index = 0; named >> index !== 0; index++) {
    if ((named >> index) & 1) value += takeByte(cursor) * 2 ** (8 * index);
  }
  return value;
}

const wrongSize = () => new GitError("protocol", "a delta makes an object of another size than it says");
