import fc from "fast-check";
import { GitError, type GitErrorKind } from "../../src/git/transport.ts";

/** One change to bytes. `at` is a place in any bytes: its rest by their length counts. */
type Mutation =
  | { kind: "flip"; at: number; bit: number }
  | { kind: "cut"; at: number; length: number }
  | { kind: "insert"; at: number; bytes: Uint8Array };

const at = fc.nat();

/** One to four changes as a broken or a hostile server could make them. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("flip" as const), at, bit: fc.nat({ max: 7 }) }),
    fc.record({ kind: fc.constant("cut" as const), at, length: fc.integer({ min: 1, max: 40 }) }),
    fc.record({
      kind: fc.constant("insert" as const),
      at,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    }),
  ),
  { minLength: 1, maxLength: 4 },
);

export function mutate(bytes: Buffer, changes: readonly Mutation[]): Buffer {
  let changed = Buffer.from(bytes);
  for (const change of changes) {
    const place = change.at % Math.max(changed.length, 1);
    const [before, after] = [changed.subarray(0, place), changed.subarray(place)];
    switch (change.kind) {
      case "flip":
        changed = Buffer.concat([
          before,
          Buffer.from([(after[0] ?? 0) ^ (1 << change.bit)]),
          after.subarray(1),
        ]);
        break;
      case "cut":
        changed = Buffer.concat([before, after.subarray(change.length)]);
        break;
      case "insert":
        changed = Buffer.concat([before, change.bytes, after]);
        break;
      default:
        change satisfies never;
    }
  }
  return changed;
}

/** Read, or refused by name: every other error fails the test, and so does what takes longer than a test may. */
export async function outcomeOf(read: () => unknown): Promise<"read" | GitErrorKind> {
  try {
    await read();
    return "read";
  } catch (error) {
    if (error instanceof GitError) return error.kind;
    throw error;
  }
}
