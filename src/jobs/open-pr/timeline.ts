/** What is told of a run while it goes on. */
export interface Timeline {
  /** Told after everything before it, and never after an entry that failed. Nobody waits for it here. */
  tell(entry: () => Promise<void>): void;
  /** Resolves when everything so far is told. @throws what the first entry that failed threw, such as FenceLost */
  told(): Promise<void>;
}

/**
 * Puts entries on the timeline one after the other, in the order they were said, beside the work they speak of: reading
 * needs no permission, so it need not wait for the database. Writing does: `told` is asked before each write.
 */
export const createTimeline = (): Timeline => {
  let last = Promise.resolve();
  return {
    tell: (entry) => {
      last = last.then(entry);
      // `told` passes it on; until somebody asks, it must not be an unhandled rejection.
      last.catch(() => undefined);
    },
    told: () => last,
  };
};
