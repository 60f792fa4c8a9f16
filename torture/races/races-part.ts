import { startInOneProcess } from "../../test/support/service-processes.ts";
import { startService, type TestService } from "../../test/support/start-service.ts";
import type { Outcome, Part, Trial } from "../part.ts";
import { createChronicle } from "./chronicle.ts";
import { runClients } from "./clients.ts";
import { followFeed, type LiveFeed } from "./feed.ts";
import { judge } from "./judge.ts";
import { createOperator, type Operator } from "./operator.ts";
import { createOwners } from "./owners.ts";
import { createPeople } from "./people.ts";
import { runSequences } from "./sequences.ts";
import { settle } from "./settle.ts";
import { createStage, type Stage } from "./stage.ts";
import { createTurns } from "./turns.ts";

const CLIENTS = 8;
/** Whichever comes first, the count or the time. */
const SIZES = {
  short: {
    stage: { organisations: 2, repositoriesEach: 2 },
    races: { clients: CLIENTS, deedsEach_max: 12, duration_ms: 5_000 },
    sequences: { sequences: 2, duration_ms: 4_000 },
  },
  full: {
    stage: { organisations: 4, repositoriesEach: 2 },
    races: { clients: CLIENTS, deedsEach_max: 10_000, duration_ms: 50_000 },
    sequences: { sequences: 100, duration_ms: 12_000 },
  },
} as const;

const run = async (trial: Trial): Promise<Outcome> => {
  await using closing = new AsyncDisposableStack();
  const service = await startService(trial.createDatabase, startInOneProcess);
  closing.defer(() => service.close());
  const live = await followFeed(service);
  closing.defer(() => live.close());

  const { random, signal, size } = trial;
  const sequential = await runSequences(service, { random, live, signal, ...SIZES[size].sequences });
  trial.note(`${sequential.commands} commands in ${sequential.sequences} sequences, one after the other`);
  const raced = await race(service, live, trial);
  return {
    figures: {
      ...raced.figures,
      "sequences of commands": sequential.sequences,
      "commands in them": sequential.commands,
    },
    violations: [...sequential.violations, ...raced.violations],
  };
};

/** All at once, and then the end is judged. */
const race = async (
  service: TestService,
  live: LiveFeed,
  { size, random, signal, note }: Trial,
): Promise<Outcome> => {
  const stage = await createStage(service, SIZES[size].stage);
  const chronicle = createChronicle();
  const owners = createOwners(service, stage, chronicle);
  const takeTurn = createTurns(service);
  const operator = createOperator(service, stage, chronicle);
  const people = createPeople(service, chronicle);
  await raiseCurtain(stage, operator);
  const scene = { service, stage, chronicle, owners, takeTurn, operator, people };
  const { deeds, troubles } = await runClients(scene, { random, signal, ...SIZES[size].races });
  note(`${deeds} deeds of ${CLIENTS} clients at once; everything comes to rest`);
  const restless = await settle(service, owners, takeTurn, signal);
  const violations = [...troubles, ...restless, ...(await judge(service, { stage, chronicle, live }))];
  const pulls = await Promise.all(stage.repositories.map(({ id }) => service.sandbox.pulls(id)));
  return {
    figures: {
      "races run": deeds,
      clients: CLIENTS,
      proposals: stage.cast.length,
      "pull requests": pulls.flat().length,
      "answers checked": chronicle.calls.length,
      "refused by GitHub": chronicle.refused,
      "requests to GitHub gone wrong": chronicle.faults,
    },
    violations,
  };
};

/** Some proposals, every other one pressed, so that there is something to meet at from the beginning. */
const raiseCurtain = async (stage: Stage, operator: Operator): Promise<void> => {
  for (const [index, clusterId] of stage.clusterIds.entries()) {
    const pressed = await stage.draft({ clusterId, study: "new" });
    await operator.submit(pressed);
    await operator.press(pressed);
    await operator.submit(await stage.draft({ clusterId, study: index % 2 === 0 ? "new" : "none" }));
  }
};

export const racesPart: Part = {
  name: "races",
  about: "operators, people, owners and GitHub do what they like to the same few proposals at once",
  run,
};
