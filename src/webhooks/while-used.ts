/** What is opened for the first who needs it, shared by all who do, and closed after the last. */
export const createWhileUsed = <T extends AsyncDisposable>(open: () => Promise<T>) => {
  let users = 0;
  let opened: Promise<T> | undefined;
  return async <R>(use: (it: T) => Promise<R>): Promise<R> => {
    users += 1;
    opened ??= open();
    const mine = opened;
    try {
      return await use(await mine);
    } finally {
      users -= 1;
      if (users === 0) {
        opened = undefined;
        await (await mine.catch(() => undefined))?.[Symbol.asyncDispose]();
      }
    }
  };
};
