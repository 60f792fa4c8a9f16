import type { Act } from "../acts/act.ts";
import { type Actor, openStage, type Stage } from "../boundaries/stage.ts";
import type { Trial } from "../part.ts";

type Role = Act["actor"];

/** A stage with its processes; whoever is killed is followed by another one. */
export interface Cast {
  stage: Stage;
  /** Started when somebody asks for it the first time. */
  actor(role: Role): Promise<Actor>;
  kill(role: Role): Promise<void>;
  close(): Promise<void>;
}

/** With a worker, without which nothing ever settles. */
export const openCast = async (trial: Pick<Trial, "createDatabase">): Promise<Cast> => {
  const stage = await openStage(trial);
  const actors = new Map<Role, Actor>();
  const actorOf = async (role: Role): Promise<Actor> => {
    const actor = actors.get(role) ?? (await stage.startActor(role));
    actors.set(role, actor);
    return actor;
  };
  try {
    await actorOf("worker");
    await stage.settled();
  } catch (error) {
    await stage.close();
    throw error;
  }
  return {
    stage,
    actor: actorOf,
    kill: async (role) => {
      await actors.get(role)?.kill();
      actors.delete(role);
    },
    close: () => stage.close(),
  };
};
