/** Runs tasks of one key one after the other, in the order they came. */
export interface Turns {
  take<T>(key: number, task: () => Promise<T>): Promise<T>;
}

/** The tasks must not take a turn of the same key themselves: they would wait for each other. */
export function createTurns(): Turns {
  const last = new Map<number, Promise<unknown>>();
  return {
    take(key, task) {
      const turn = (last.get(key) ?? Promise.resolve()).then(task, task);
      last.set(key, turn);
      const forget = (): void => {
        if (last.get(key) === turn) last.delete(key);
      };
      turn.then(forget, forget);
      return turn;
    },
  };
}
