import { listEvents } from "../../src/db/events-store.ts";
import { findProposal } from "../../src/db/proposals-store.ts";
import { type Expectation, expected, type Trouble, troubleOf, WAIT_IN_JOB_MS_MAX } from "./expected.ts";
import type { CellRun, Stage } from "./run-cell.ts";
import type { PlannedFault, SentRequest } from "./wire.ts";
import { isWrite, MINT } from "./wire-name.ts";

/** How often one run may send a request into the same trouble. */
const SENDS_MAX: Record<Trouble, number> = {
  lost: 6,
  unreadable: 3,
  limited: 8,
  refused: 1,
  unauthorized: 3,
  absent: 3,
};
/** Steps of one run that ask this, each until it knows. */
const ASKERS: Readonly<Record<string, number>> = { "GET /installation/repositories": 3 };
/** The first back-off, and the part of it that is added by chance. */
const BACKOFF_MS = [500, 625] as const;
const RENEWAL_MS = 1_000;
const UNNAMED_MS = 60_000;
/** Of one attempt in the queue. */
const WAITS_MAX = 5;
const WAITING_MS_MAX = 2 * 60 * 60_000;
/** Between a write that may have arrived and the next one lies at least a look. */
const LOOK_MS = 1_000;
const EVENTS_MAX = 1_000;
const JWT = /eyJ[\w-]{10,}\.[\w-]{10,}\./;

type Checked = Pick<CellRun, "scene" | "ran" | "sent" | "ending" | "worker">;

/** What was promised of a job that met these faults, and is not so. */
export const checkCell = async (
  stage: Pick<Stage, "db" | "wire">,
  cell: Checked,
  planned: readonly PlannedFault[],
): Promise<string[]> => {
  const expectation = expectationOf(cell, planned);
  const [only] = planned.length === 1 ? planned : [];
  return [
    ...checkEnding(cell, expectation),
    ...checkCounts(cell, planned),
    ...(only === undefined ? [] : checkWaits(cell, only)),
    ...(await cell.scene.doubled()),
    ...(await checkGoal(cell, expectation)),
    ...(await checkSecrets(stage, cell)),
  ];
};

/** Of two faults both may be met, or the first alone. */
const expectationOf = ({ scene }: Checked, planned: readonly PlannedFault[]): Expectation[] => {
  const each = planned.map(({ at, fault, lasts }) =>
    expected({ kind: scene.job.kind, request: at.name, fault, lasts }),
  );
  return each.length === 0 ? [{ endings: ["done"], without: "nothing" }] : each;
};

const checkEnding = ({ ending }: Checked, expectations: readonly Expectation[]): string[] => {
  const allowed = new Set(expectations.flatMap((each) => each.endings));
  return allowed.has(ending) ? [] : [`it ended as ${ending}, and not as ${[...allowed].join(" or ")}`];
};

const checkCounts = ({ ran, sent }: Checked, planned: readonly PlannedFault[]): string[] =>
  planned.flatMap(({ at, fault }) => {
    const met = sent.filter((request) => request.fault === fault.name && request.name === at.name).length;
    const trouble = troubleOf(fault, at.name);
    const sends_max = SENDS_MAX[trouble] * ran.runs * (ASKERS[at.name] ?? 1);
    return met <= sends_max
      ? []
      : [`${at.name} was sent ${met} times into ${fault.name}, ${sends_max} at most`];
  });

/** As long as a header says, and no longer: in the job up to a minute, in the queue from there on. */
const checkWaits = ({ scene, ran, sent }: Checked, { at, fault, lasts }: PlannedFault): string[] => {
  const first = sent.findIndex((request) => request.fault === fault.name);
  const broken = sent[first];
  if (broken === undefined) return [];
  const all_ms = ran.waits.reduce((sum, { sent_ms, until_ms }) => sum + until_ms - sent_ms, 0);
  const said =
    ran.waits.length > WAITS_MAX || all_ms > WAITING_MS_MAX ? ["it waits too often, or too long"] : [];
  const trouble = troubleOf(fault, at.name);
  const asks_ms = fault.asks_s === null ? UNNAMED_MS : (fault.asks_s ?? 0) * 1_000;
  if (trouble === "limited" && asks_ms > WAIT_IN_JOB_MS_MAX) {
    const [wait] = ran.waits;
    const waited_ms = wait === undefined ? 0 : wait.until_ms - broken.at_ms;
    // Nobody waits for so long for what the job does as well without.
    if (wait === undefined && at.name === "GET /users/{}") return said;
    return waited_ms === asks_ms
      ? said
      : [...said, `it waits ${waited_ms} ms where GitHub asks for ${asks_ms}`];
  }
  const next = sent.slice(first + 1).find(({ name }) => name === broken.name);
  // Where several requests meet it side by side, their pauses add up on a clock that takes no time.
  const isAlone = fault.effect.kind !== "token" && scene.job.kind !== "mirror_pr";
  if (next === undefined || lasts || !isAlone) return said;
  return [...said, ...checkPause(trouble, { broken, next, asks_ms })];
};

const checkPause = (
  trouble: Trouble,
  { broken, next, asks_ms }: { broken: SentRequest; next: SentRequest; asks_ms: number },
): string[] => {
  const pause_ms = next.at_ms - broken.at_ms;
  const [min, max] = boundsOf(trouble, broken, asks_ms);
  if (pause_ms >= min && pause_ms <= max) return [];
  return [`${broken.name} was sent again after ${pause_ms} ms, and not after ${min} to ${max}`];
};

const boundsOf = (trouble: Trouble, { name }: SentRequest, asks_ms: number): [min: number, max: number] => {
  switch (trouble) {
    case "limited":
      return [asks_ms, asks_ms];
    case "lost":
      return isRepeatable(name) ? [...BACKOFF_MS] : [LOOK_MS, Number.POSITIVE_INFINITY];
    case "unauthorized":
      return [RENEWAL_MS, RENEWAL_MS];
    case "unreadable":
    case "refused":
    case "absent":
      return [0, Number.POSITIVE_INFINITY];
    default:
      throw new TypeError(`unknown trouble ${trouble satisfies never}`);
  }
};

/** Two tokens, two reactions of one kind, the same state again: these do no harm. */
const isRepeatable = (name: string): boolean =>
  !isWrite(name) ||
  name === MINT ||
  name.startsWith("PATCH ") ||
  name.startsWith("DELETE ") ||
  name.endsWith("/reactions") ||
  name === "git delete branch";

const checkGoal = async (
  { scene, ending }: Checked,
  expectations: readonly Expectation[],
): Promise<string[]> => {
  if (ending !== "done") return [];
  const without = new Set(expectations.map((each) => each.without));
  return without.has("all") ? [] : scene.missing(without.has("extras"));
};

/** Every made-up answer holds the credentials it was asked with. */
const checkSecrets = async (
  { db, wire }: Pick<Stage, "db" | "wire">,
  { scene, worker }: Checked,
): Promise<string[]> => {
  const rows =
    scene.proposalId === null
      ? []
      : [
          await findProposal(db, scene.proposalId),
          await listEvents(db, { proposalId: scene.proposalId, after: 0, limit: EVENTS_MAX }),
        ];
  const text = `${JSON.stringify(rows)}${worker.log.join("")}`;
  const leaks = wire.tokens().some((token) => text.includes(token)) || JWT.test(text);
  return leaks ? ["a row or a line of the log holds credentials"] : [];
};
