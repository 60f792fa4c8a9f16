/** Something that is opened once for many tries, and cannot be trusted any more after one that failed. */
interface Closable {
  close(): Promise<void>;
}

export interface Lanes<Place extends Closable, Task> {
  /** The place of the first lane; closed with the others. */
  first: Place;
  open: () => Promise<Place>;
  lanes: number;
  tasks: readonly Task[];
  signal: AbortSignal;
  /** One try; what it throws goes to `failed`. */
  attempt: (place: Place, task: Task) => Promise<void>;
  failed: (task: Task, error: unknown) => void;
  /** A lane that could not go on, and left what it had not begun to the others. */
  broken: (error: unknown) => void;
}

/** Works through a list in several lanes side by side, each with a place of its own to work at. */
export const workInLanes = async <Place extends Closable, Task>(
  options: Lanes<Place, Task>,
): Promise<void> => {
  const { first, open, lanes, tasks, signal, attempt, failed, broken } = options;
  const left = [...tasks];
  const lane = async (at: number): Promise<void> => {
    let place: Place | null = at === 0 ? first : await open();
    try {
      for (let task = left.shift(); task !== undefined && !signal.aborted; task = left.shift()) {
        place ??= await open();
        try {
          await attempt(place, task);
        } catch (error) {
          failed(task, error);
          const spoiled = place;
          place = null;
          await spoiled.close();
        }
      }
    } finally {
      await place?.close();
    }
  };
  const numbers = Array.from({ length: Math.max(1, Math.min(lanes, left.length)) }, (_, at) => at);
  await Promise.all(numbers.map((at) => lane(at).catch(broken)));
};
