import type { Needle } from "./needles.ts";

export interface Match {
  needle: Needle;
  /** Where it begins. */
  at: number;
}

/** @returns where any of the needles begins, in order. */
export type Search = (bytes: Uint8Array) => Match[];

const KEY_BYTES = 4;
/** 16 bits: the table of {@link createSearch} then fits a processor's first cache. */
const HASH_BITS = 16;

/**
 * Looks for thousands of needles at once. Nearly every place is passed over by one look into a small table of what the
 * needles' first four bytes may be.
 */
export const createSearch = (needles: readonly Needle[]): Search => {
  const byKey = Map.groupBy(needles, ({ bytes }) => bytes.readUInt32BE(0));
  const mayBegin = new Uint8Array(2 ** HASH_BITS);
  for (const key of byKey.keys()) mayBegin[hashOf(key)] = 1;

  return (bytes) => {
    const matches: Match[] = [];
    let key = 0;
    for (let end = 0; end < bytes.length; end++) {
      key = ((key << 8) | (bytes[end] as number)) >>> 0;
      if (end < KEY_BYTES - 1 || mayBegin[hashOf(key)] === 0) continue;
      const at = end - KEY_BYTES + 1;
      for (const needle of byKey.get(key) ?? []) {
        if (needle.bytes.equals(bytes.subarray(at, at + needle.bytes.length))) matches.push({ needle, at });
      }
    }
    return matches;
  };
};

/** Knuth's multiplicative hash: neighbouring keys come to lie apart. */
const hashOf = (key: number): number => Math.imul(key, 2_654_435_761) >>> (32 - HASH_BITS);
