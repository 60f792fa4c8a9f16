import { createHash } from "node:crypto";
import { GitError, type Oid } from "../transport.ts";
import { applyDelta } from "./apply-delta.ts";
import { type GitObject, objectId } from "./git-object.ts";
import { type Budget, createBudget, PACK_LIMITS, type PackLimits } from "./pack-budget.ts";
import { takeEntry } from "./pack-entry.ts";

export type { PackLimits };

/** "PACK", the version, the number of entries. */
const HEAD_BYTES = 12;
const VERSION = 2;
/** SHA-1 over everything before it. */
const TRAILER_BYTES = 20;
/** How much of the pack is hashed without a pause. */
const HASHED_BYTES = 1024 * 1024;

/** What is known of objects that are not in a pack. */
export type Outside = (oid: Oid) => GitObject | undefined;

interface Placed {
  /** Where the entry begins, in bytes from the start of the pack. */
  at: number;
  object: GitObject;
}

interface Entries {
  /** Objects whose dependents are still to be looked for. */
  known: Placed[];
  /** Deltas by what they wait for: the place of an entry, or the id of an object. */
  waiting: Map<number | Oid, { at: number; delta: Buffer }[]>;
}

/**
 * Reads a pack of version 2 as it comes over the network: gitformat-pack(5). Every base of a delta has to be in the
 * pack, before or behind it; an object may be there twice.
 *
 * @param outside makes it a thin pack, "thin-pack" in gitprotocol-pack(5): bases that are not in the pack are asked of
 * it, and a delta whose base it has not got either is left out.
 * @returns the objects by their ids, which are computed, not believed.
 * @throws GitError `protocol` for what is not a complete pack with the right checksum, `too_large` above a limit.
 */
export async function readPack(
  pack: Buffer,
  limits: PackLimits = PACK_LIMITS,
  outside?: Outside,
): Promise<Map<Oid, GitObject>> {
  const count = readHead(pack, limits.objects_max);
  const body = pack.subarray(0, pack.length - TRAILER_BYTES);
  const budget = createBudget(limits);
  await checkTrailer(body, pack.subarray(body.length), budget);
  const entries = await readEntries(body, count, budget);
  const bases = outside === undefined ? [] : basesOf(entries, outside);
  entries.known.push(...bases);
  const objects = await resolveDeltas(entries, budget);
  if (entries.waiting.size > 0 && outside === undefined) {
    throw new GitError("protocol", "the pack has a delta without its base");
  }
  return objects;
}

/** At no place in the pack, so that no distance leads to them. */
const basesOf = ({ waiting }: Entries, outside: Outside): Placed[] =>
  [...waiting.keys()].flatMap((base) => {
    const object = typeof base === "string" ? outside(base) : undefined;
    return object === undefined ? [] : [{ at: Number.NaN, object }];
  });

function readHead(pack: Buffer, objects_max: number): number {
  if (pack.length < HEAD_BYTES + TRAILER_BYTES) throw new GitError("protocol", "the pack is cut short");
  if (pack.toString("latin1", 0, 4) !== "PACK" || pack.readUInt32BE(4) !== VERSION) {
    throw new GitError("protocol", `what came is not a pack of version ${VERSION}`);
  }
  const count = pack.readUInt32BE(8);
  if (count > objects_max) {
    throw new GitError("too_large", `the pack has ${count} objects, at most ${objects_max} are read`);
  }
  return count;
}

async function checkTrailer(body: Buffer, trailer: Buffer, budget: Budget): Promise<void> {
  const hash = createHash("sha1");
  for (let at = 0; at < body.length; at += HASHED_BYTES) {
    const part = body.subarray(at, at + HASHED_BYTES);
    hash.update(part);
    await budget.worked(part.length);
  }
  if (!hash.digest().equals(trailer)) throw new GitError("protocol", "the pack has a wrong checksum");
}

async function readEntries(body: Buffer, count: number, budget: Budget): Promise<Entries> {
  const entries: Entries = { known: [], waiting: new Map() };
  const cursor = { bytes: body, at: HEAD_BYTES };
  for (let index = 0; index < count; index++) {
    const { at } = cursor;
    const entry = takeEntry(cursor, budget.bytes_max());
    const { length } = entry.kind === "object" ? entry.object.data : entry.delta;
    budget.take(length);
    await budget.worked(length);
    if (entry.kind === "object") {
      entries.known.push({ at, object: entry.object });
      continue;
    }
    const others = entries.waiting.get(entry.base);
    if (others === undefined) entries.waiting.set(entry.base, [{ at, delta: entry.delta }]);
    else others.push({ at, delta: entry.delta });
  }
  if (cursor.at !== body.length) throw new GitError("protocol", "the pack goes on behind its last object");
  return entries;
}

/**
 * Each object, as it becomes known, releases the deltas that wait for it, so that every delta is applied once, in
 * whatever order a chain lies in the pack. Deltas that wait for each other are never released.
 */
async function resolveDeltas({ known, waiting }: Entries, budget: Budget): Promise<Map<Oid, GitObject>> {
  const objects = new Map<Oid, GitObject>();
  for (let next = known.pop(); next !== undefined; next = known.pop()) {
    const { at, object } = next;
    const oid = objectId(object);
    objects.set(oid, object);
    await budget.worked(object.data.length);
    for (const key of [at, oid]) {
      const released = waiting.get(key) ?? [];
      waiting.delete(key);
      for (const dependent of released) {
        const data = applyDelta(object.data, dependent.delta, budget.bytes_max());
        budget.take(data.length);
        await budget.worked(data.length);
        known.push({ at: dependent.at, object: { type: object.type, data } });
      }
    }
  }
  return objects;
}
