import type { Boundary } from "./boundary.ts";
import type { StatementWatcher } from "./postgres-proxy.ts";
import { requestName } from "./request-name.ts";
import type { Actor, Stage } from "./stage.ts";

/** A process that is kept at a boundary once it gets there. */
export interface Held {
  /** Resolves when it is there. */
  reached: Promise<void>;
  /** The network goes on: what is on its way arrives. */
  goOn(): void;
  /** The process is gone, and with it what it was about to send or to read. */
  lose(): void;
}

/** As a boundary's name: whichever comes. */
export const ANY = "*";

export const holdAt = (stage: Stage, actor: Actor, boundary: Boundary): Held =>
  boundary.kind === "request"
    ? holdRequest(stage, boundary)
    : holdStatement(actor, boundary, boundary.moment);

const holdRequest = (
  { service: { sandbox } }: Stage,
  { name, nth, moment }: Extract<Boundary, { kind: "request" }>,
): Held => {
  const { faults } = sandbox;
  const id = faults.add({
    matches: (method, target) => name === ANY || requestName(method, target) === name,
    skip: nth - 1,
    fault: { kind: "hold", when: moment },
  });
  return {
    reached: faults.held(id),
    goOn: () => faults.remove(id),
    lose: () => {
      faults.lose(id);
      faults.remove(id);
    },
  };
};

const holdStatement = (
  { database }: Actor,
  { kind, name, nth }: Boundary,
  moment: "before" | "midway" | "after",
): Held => {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const never = new Promise<void>(() => undefined);
  let lost = false;
  let seen = 0;
  let holding = false;
  const hold = async (): Promise<void> => {
    holding = true;
    reached.resolve();
    await released.promise;
    if (lost) await never;
  };
  const is: NonNullable<StatementWatcher["before"]> = ({ label, commits, text }) => {
    const alike =
      (name === ANY || label === name) &&
      commits === (kind === "commit") &&
      (commits || /^\s*select\b/i.test(text));
    return alike && !holding && ++seen === nth ? hold() : undefined;
  };
  database.watch(
    moment === "before"
      ? { before: is }
      : { after: (statement, changed) => (changed || kind === "read" ? is(statement) : undefined) },
  );
  return {
    reached: reached.promise,
    goOn: () => {
      database.watch(null);
      released.resolve();
    },
    lose: () => {
      lost = true;
      database.watch(null);
      released.resolve();
    },
  };
};
