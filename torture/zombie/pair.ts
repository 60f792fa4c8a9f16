import { type Actor, openStage, type Stage } from "../boundaries/stage.ts";
import type { Trial } from "../part.ts";

/** Two workers, one of which is suspended while the other one works. */
export interface Pair {
  stage: Stage;
  /** The one that works. */
  awake(): Actor;
  asleep(): Actor;
  /** Suspends the one that works, at once; nobody works then. */
  suspend(): void;
  /** Lets the one that slept longer work. */
  takeOver(): void;
  /** Both work. */
  wake(): void;
  /** The one that worked least goes back to sleep: the roles are changed. */
  rest(): void;
  close(): Promise<void>;
}

export const openPair = async (trial: Pick<Trial, "createDatabase">): Promise<Pair> => {
  const stage = await openStage(trial);
  const signal = (actor: Actor, name: NodeJS.Signals) => void actor.process.child.kill(name);
  try {
    let [working, spare] = await Promise.all([stage.startActor("worker"), stage.startActor("worker")]);
    await stage.settled();
    signal(spare, "SIGSTOP");
    return {
      stage,
      awake: () => working,
      asleep: () => spare,
      suspend: () => signal(working, "SIGSTOP"),
      takeOver: () => signal(spare, "SIGCONT"),
      wake: () => signal(working, "SIGCONT"),
      rest: () => {
        [working, spare] = [spare, working];
        signal(spare, "SIGSTOP");
      },
      close: () => stage.close(),
    };
  } catch (error) {
    await stage.close();
    throw error;
  }
};
