import type { ApplicationFunction } from "probot";
import type { Own } from "./event-handler.ts";
import { HANDLERS } from "./handlers.ts";
import type { WantedJob } from "./wanted-job.ts";

/** One event, as Probot hands it to its handlers. */
export interface ReceivedEvent {
  /** The delivery's GUID. */
  id: string;
  name: string;
  /** The very object that was received. */
  payload: unknown;
}

export interface ProbotAppDeps {
  own: Own;
  /** Is told once of every event there is a handler for, also where it asks for nothing. */
  ask(event: ReceivedEvent, wanted: WantedJob[]): void | Promise<void>;
}

/** The Probot application: a handler per event, each of which only says what the event asks for. */
export const createProbotApp =
  ({ own, ask }: ProbotAppDeps): ApplicationFunction =>
  (app) => {
    for (const { on, translate } of HANDLERS) {
      app.on([...on], ({ id, name, payload }: ReceivedEvent) =>
        ask({ id, name, payload }, translate(payload, own)),
      );
    }
  };
