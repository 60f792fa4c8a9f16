/** Something that is opened once for many tries, and cannot be trusted any more after one that failed. */
interface Closable {
  close(): Promise<void>;
}

/**
 * Works through a list in several lanes side by side, each with a place of its own to work at.
 * @param first the place of the first lane
 * @param attempt one try; what it throws goes to `failed`
 */
export const workInLanes = async <Place extends Closable, Task>(options: {
  first: Place;
  open: () => Promise<Place>;
  lanes: number;
  tasks: readonly Task[];
  signal: AbortSignal;
  attempt: (place: Place, task: Task, lane: number) => Promise<void>;
  failed: (task: Task, error: unknown) => void;
}): Promise<void> => {
  const { open, signal, attempt, failed } = options;
  const left = [...options.tasks];
  const lane = async (at: number): Promise<void> => {
    let place = at === 0 ? options.first : await open();
    try {
      for (let task = left.shift(); task !== undefined && !signal.aborted; task = left.shift()) {
        try {
          await attempt(place, task, at);
        } catch (error) {
          failed(task, error);
          await place.close();
          place = await open();
        }
      }
    } finally {
      await place.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.lanes, left.length || 1) }, (_, at) => lane(at)));
};
