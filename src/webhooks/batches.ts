import { setImmediate } from "node:timers/promises";

/** Runs many at once, each with an answer of its own. */
export interface Batches<Item, Result> {
  /** Takes its turn with the others that came meanwhile. Rejects with what failed it, or with `refusal` when full. */
  run(item: Item): Promise<Result>;
}

interface Options<Item, Result> {
  /** Does a batch wholly or not at all; answers in the order given. Items have different keys. */
  runAll: (items: readonly Item[]) => Promise<Result[]>;
  /** Two items of one key are never in one batch. */
  keyOf: (item: Item) => string;
  /** Whether an error would meet each item by itself too. */
  concernsAll: (error: unknown) => boolean;
  /** Of one batch. */
  items_max: number;
  /** Batches side by side. */
  lanes: number;
  /** Items waiting for their turn. */
  waiting_max: number;
  refusal: () => Error;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Gathers what comes while a batch is under way into the next one. Under little traffic everybody is alone and waits
 * for nobody; the more there is, the less each costs. One item's error never becomes another's: a batch that failed is
 * done again one by one.
 */
export const createBatches = <Item, Result>(options: Options<Item, Result>): Batches<Item, Result> => {
  const { runAll, keyOf, concernsAll, items_max, lanes, waiting_max, refusal } = options;
  let waiting: Waiting<Item, Result>[] = [];
  let busy = 0;

  const takeBatch = (): Waiting<Item, Result>[] => {
    const batch = new Map<string, Waiting<Item, Result>>();
    const left: Waiting<Item, Result>[] = [];
    for (const one of waiting) {
      const key = keyOf(one.item);
      if (batch.size < items_max && !batch.has(key)) batch.set(key, one);
      else left.push(one);
    }
    waiting = left;
    return [...batch.values()];
  };

  const settle = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await runAll(batch.map(({ item }) => item));
      for (const [at, { resolve }] of batch.entries()) resolve(results[at] as Result);
    } catch (error) {
      if (batch.length > 1 && !concernsAll(error)) for (const one of batch) await settle([one]);
      else for (const { reject } of batch) reject(error);
    }
  };

  const work = async (): Promise<void> => {
    busy += 1;
    try {
      while (waiting.length > 0) {
        // What has arrived by now and is about to be taken in goes along.
        await setImmediate();
        const batch = takeBatch();
        // Another lane may have been first.
        if (batch.length > 0) await settle(batch);
      }
    } finally {
      busy -= 1;
    }
  };

  return {
    run: (item) => {
      if (waiting.length >= waiting_max) return Promise.reject(refusal());
      const { promise, resolve, reject } = Promise.withResolvers<Result>();
      waiting.push({ item, resolve, reject });
      if (busy < lanes) void work();
      return promise;
    },
  };
};
