import assert from "node:assert/strict";
import { GitError } from "../transport.ts";

/** Four hex digits in front of each packet; they count themselves. */
const LENGTH_BYTES = 4;
/** A packet with its length: gitprotocol-common(5). */
const PKT_BYTES_MAX = 65_520;
const LENGTH = /^[0-9a-f]{4}$/i;

/** The lengths below four have no data; they mark the end of a message, of a section, and of a whole answer. */
const MARKS = ["flush", "delim", "end"] as const;

/** One packet. `data` is a view of what was read; a text line may end with a newline, or not. */
export type Pkt = { kind: "data"; data: Buffer } | { kind: (typeof MARKS)[number] };

export const FLUSH: Buffer = Buffer.from("0000", "latin1");
export const DELIM: Buffer = Buffer.from("0001", "latin1");

/** The packet with this content: gitprotocol-common(5). An empty or an over-long one is a programmer's error. */
export function pkt(line: string | Uint8Array): Buffer {
  const data = Buffer.from(line as string);
  const length = data.length + LENGTH_BYTES;
  assert(data.length > 0 && length <= PKT_BYTES_MAX, `a packet cannot have ${data.length} bytes`);
  return Buffer.concat([Buffer.from(length.toString(16).padStart(LENGTH_BYTES, "0"), "latin1"), data]);
}

/**
 * The packets of a message that is here as a whole, one by one, so that what a wrong one follows can be read.
 *
 * @throws GitError `protocol` at the first that is over-long, cut short, or of no possible length.
 */
export function* readPkts(bytes: Buffer): Generator<Pkt> {
  let at = 0;
  while (at < bytes.length) {
    const length = lengthAt(bytes, at);
    if (length < LENGTH_BYTES) {
      yield { kind: markOf(length) };
      at += LENGTH_BYTES;
      continue;
    }
    if (at + length > bytes.length) throw cutShort();
    yield { kind: "data", data: bytes.subarray(at + LENGTH_BYTES, at + length) };
    at += length;
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  const digits = bytes.toString("latin1", at, at + LENGTH_BYTES);
  if (digits.length < LENGTH_BYTES) throw cutShort();
  if (!LENGTH.test(digits)) throw new GitError("protocol", "a packet has no length");
  const length = Number.parseInt(digits, 16);
  if (length > PKT_BYTES_MAX) throw new GitError("protocol", `a packet says it has ${length} bytes`);
  return length;
}

function markOf(length: number): (typeof MARKS)[number] {
  const mark = MARKS[length];
  if (mark === undefined) throw new GitError("protocol", `a packet has the reserved length ${length}`);
  return mark;
}

const cutShort = () => new GitError("protocol", "a packet is cut short");
