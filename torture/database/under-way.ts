import type { FaultKind } from "../../sandbox/faults/faults.ts";
import type { RepositoryView } from "../../sandbox/world.ts";
import { type Blocker, openBlocker } from "./blocker.ts";
import type { Answered } from "./caller.ts";
import type { Promised } from "./ledger.ts";
import { pressUntilTaken } from "./propose.ts";
import type { Stage } from "./stage.ts";

/** What is in the middle of something when a fault strikes. */
export interface UnderWay {
  /** A job that waits for GitHub's answer; `goOn` lets GitHub answer. */
  atGithub: { promised: Promised; goOn(): void };
  /** A request and a job that wait for a row at the end of their transactions. */
  inTransaction: {
    request: Promised;
    answer: Promise<Answered>;
    job: Promised;
    blocker: Blocker;
  };
}

const HELD_TIMEOUT_MS = 20_000;
const TRIES_MAX = 6;

/** Where a job waits for GitHub: requests that nobody else makes in a repository nobody has pressed for before. */
const PLACES = [
  ({ full_name }) => ({ method: "POST", path: `/${full_name}.git/git-upload-pack` }),
  ({ full_name }) => ({ method: "POST", path: `/${full_name}.git/git-receive-pack` }),
  ({ full_name }) => ({ method: "POST", path: `/api/v3/repos/${full_name}/pulls` }),
] as const satisfies Place[];
type Place = (repository: RepositoryView) => { method: string; path: string };

/** Begins a press and two jobs, and stops each of them where it is of use. */
export const beginUnderWay = async (
  stage: Stage,
  [first, second, third]: readonly [Promised, Promised, Promised],
  beforeTransactions: () => Promise<void> | undefined,
): Promise<UnderWay> => {
  const { random, postgres, caller } = stage;
  const when = random.pick(["before", "after"] as const);
  const atGithub = { promised: first, goOn: await holdJob(stage, first, random.pick(PLACES), when) };
  // After this answer nothing is left of the job but one transaction.
  const recording = await holdJob(stage, second, PLACES[2], "after");
  await beforeTransactions();
  const blocker = await openBlocker(postgres);
  recording();
  for (let tries = 1; ; tries++) {
    const answer = caller.send({ method: "POST", path: `/api/v1/proposals/${third.id}/open_pr` });
    if (await blocker.caught([second.id, third.id]))
      return { atGithub, inTransaction: { request: third, answer, job: second, blocker } };
    // One came so late that the other's statement had been given up: a job that lost its session comes again by itself.
    const { status, code } = await answer;
    if (tries === TRIES_MAX) {
      await blocker.end("rollback");
      throw new Error(
        `a press and a job never waited side by side; the press was answered ${status} ${code}`,
      );
    }
  }
};

/** Presses, and waits until GitHub has the job's request. @returns what lets GitHub answer */
const holdJob = async (
  stage: Stage,
  promised: Promised,
  place: Place,
  when: Extract<FaultKind, { kind: "hold" }>["when"],
): Promise<() => void> => {
  const { faults } = stage.sandbox;
  const spec = place(promised.scenario.repository);
  const id = faults.add({ ...spec, fault: { kind: "hold", when } });
  await pressUntilTaken(stage, promised);
  await within(faults.held(id), `a job was to wait at ${spec.path}`);
  return () => faults.release(id);
};

const within = async (promise: Promise<void>, what: string): Promise<void> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what}, and never came`)), HELD_TIMEOUT_MS);
  try {
    await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};
