import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../random.ts";
import type { Act, Scene } from "./act.ts";
import { githubActs } from "./github-acts.ts";
import { operatorActs } from "./operator-acts.ts";
import { peopleActs } from "./people-acts.ts";

const ACTS: readonly Act[] = [...operatorActs, ...peopleActs, ...githubActs];

/** Between two deeds of one client, at most. */
const PAUSE_MS_MAX = 200;

interface ClientOptions {
  random: Random;
  clients: number;
  deedsEach_max: number;
  duration_ms: number;
  signal: AbortSignal;
}

/**
 * Clients who do what comes into their heads, side by side. The seed fixes what each of them tries and in which order; who
 * comes first is the machine's to decide.
 * @returns how many deeds were done, and what ended a client before its time
 */
export const runClients = async (
  scene: Omit<Scene, "random">,
  { random, clients, deedsEach_max, duration_ms, signal }: ClientOptions,
): Promise<{ deeds: number; troubles: string[] }> => {
  const over = AbortSignal.any([AbortSignal.timeout(duration_ms), signal]);
  let deeds = 0;
  const live = async (client: number): Promise<void> => {
    const own = { ...scene, random: random.of(`client ${client}`) };
    for (let done = 0; done < deedsEach_max && !over.aborted; done++) {
      await chooseAct(own.random).run(own);
      deeds++;
      await sleep(own.random.below(PAUSE_MS_MAX));
    }
  };
  const lives = Array.from({ length: clients }, (_, client) => live(client));
  const ended = await Promise.allSettled(lives);
  const troubles = ended.flatMap((one) => (one.status === "rejected" ? [`a client met ${one.reason}`] : []));
  return { deeds, troubles };
};

const chooseAct = (random: Random): Act => {
  let left = random.below(ACTS.reduce((sum, { weight }) => sum + weight, 0));
  for (const act of ACTS) {
    left -= act.weight;
    if (left < 0) return act;
  }
  throw new RangeError("there is no act");
};
