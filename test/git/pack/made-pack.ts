import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";

// Packs written by hand, byte by byte from gitformat-pack(5), so that they can be as wrong as no git writes them.

export const COMMIT = 1;
export const BLOB = 3;
export const OFS_DELTA = 6;
export const REF_DELTA = 7;

/** Seven bits a byte, lowest first. */
export function sizeEncoded(size: number): Buffer {
  const bytes: number[] = [];
  let rest = size;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Seven bits a byte, highest first, one less in each byte but the last. */
export function offsetEncoded(offset: number): Buffer {
  const bytes = [offset % 128];
  for (let rest = Math.floor(offset / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest -= 1;
    bytes.unshift((rest % 128) | 0x80);
  }
  return Buffer.from(bytes);
}

/** Type and size, in as few bytes as they take. */
export function head(type: number, size: number): Buffer {
  const first = (type << 4) | (size & 15);
  return size < 16
    ? Buffer.from([first])
    : Buffer.concat([Buffer.from([first | 0x80]), sizeEncoded(Math.floor(size / 16))]);
}

export const entry = (type: number, data: Uint8Array): Buffer =>
  Buffer.concat([head(type, data.length), deflateSync(data)]);

export const blob = (text: string): Buffer => entry(BLOB, Buffer.from(text));

/** @param distance from the start of the base to the start of this entry, in bytes. */
export const ofsDelta = (distance: number, delta: Uint8Array): Buffer =>
  Buffer.concat([head(OFS_DELTA, delta.length), offsetEncoded(distance), deflateSync(delta)]);

export const refDelta = (base: string, delta: Uint8Array): Buffer =>
  Buffer.concat([head(REF_DELTA, delta.length), Buffer.from(base, "hex"), deflateSync(delta)]);

/** Instructions between the two sizes they are for. */
export const deltaOf = (base_bytes: number, result_bytes: number, ...instructions: Uint8Array[]): Buffer =>
  Buffer.concat([sizeEncoded(base_bytes), sizeEncoded(result_bytes), ...instructions]);

export const insert = (text: string): Buffer =>
  Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);

/** With all seven bytes of place and length, needed or not. */
export function copy(start: number, length: number): Buffer {
  const bytes = Buffer.alloc(8, 0xff);
  bytes.writeUInt32LE(start, 1);
  bytes.writeUIntLE(length, 5, 3);
  return bytes;
}

/** @param count what the pack says it has. */
export function packOf(entries: readonly Uint8Array[], count = entries.length): Buffer {
  const start = Buffer.alloc(12);
  start.write("PACK");
  start.writeUInt32BE(2, 4);
  start.writeUInt32BE(count, 8);
  return signed(Buffer.concat([start, ...entries]));
}

/** With the checksum of whatever it is. */
export const signed = (body: Buffer): Buffer =>
  Buffer.concat([body, createHash("sha1").update(body).digest()]);
