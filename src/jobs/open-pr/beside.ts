/** Work that goes on beside the steps of a run, and ends with it. */
export interface Beside {
  /** For everything the run asks of others: aborted when the run is, and when it is over. */
  readonly signal: AbortSignal;
  /** Starts at once. Its error is for whoever awaits the result, and for nobody when the run ends without it. */
  start<T>(work: () => Promise<T>): Promise<T>;
  /** Aborts what is left, and resolves when all of it has ended; then nothing of the run goes on. */
  end(): Promise<void>;
}

/** @param signal the run's own */
export const createBeside = (signal: AbortSignal): Beside => {
  const over = new AbortController();
  const started: Promise<unknown>[] = [];
  return {
    signal: AbortSignal.any([signal, over.signal]),
    start: (work) => {
      const result = work();
      // It may fail long before it is awaited.
      result.catch(() => undefined);
      started.push(result);
      return result;
    },
    end: async () => {
      over.abort(new Error("the run is over"));
      await Promise.allSettled(started);
    },
  };
};
