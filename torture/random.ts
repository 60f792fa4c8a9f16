import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** What a run decides by chance, and decides alike when it is run again with the same seed. */
export interface Random {
  /** A whole number from 0 up to, and without, `end`. */
  below(end: number): number;
  /** @throws RangeError when there is none */
  pick<T>(items: readonly T[]): T;
  /** So many of the items, each at most once, in an order of chance. */
  some<T>(items: readonly T[], count: number): T[];
  /** Numbers of their own for one part, so that what one part takes does not change what another one gets. */
  of(part: string): Random;
}

export const createRandom = (seed: number): Random => {
  const generator = xoroshiro128plus(seed);
  const below = (end: number) => uniformInt(generator, 0, end - 1);
  return {
    below,
    pick: (items) => {
      if (items.length === 0) throw new RangeError("there is nothing to pick from");
      return items[below(items.length)] as (typeof items)[number];
    },
    some: (items, count) => {
      const left = [...items];
      const chosen: typeof left = [];
      while (chosen.length < count && left.length > 0) chosen.push(...left.splice(below(left.length), 1));
      return chosen;
    },
    of: (part) => createRandom([...part].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) | 0, seed)),
  };
};
