import fc from "fast-check";
import type { TestService } from "../../test/support/start-service.ts";
import type { Trial } from "../part.ts";
import type { ApiDescription, Operation } from "./api-description.ts";
import { bytesOf, describeRequest, type HostileRequest, requestsFor } from "./hostile-request.ts";
import { inTurns } from "./in-turns.ts";
import { judgeReply } from "./judge-reply.ts";
import { exchange, type Reply } from "./raw-http.ts";
import { changedTables, digestRows, untilQuiet } from "./row-digest.ts";
import type { Known } from "./schema-values.ts";

const BATCH_MAX = 16;
const AT_A_TIME = 4;
const OPERATIONS = { short: 12, full: Number.POSITIVE_INFINITY };
const BATCHES = { short: 1, full: 12 };
/** For all batches of one operation, and for making smaller what was found. */
const OPERATION_TIMEOUT_MS = 20_000;
const PROBLEMS_SHOWN_MAX = 3;
/** One in so many operations may have refused everything. */
const NEVER_ACCEPTED_SHARE = 4;

export interface ApiAttack {
  service: Pick<TestService, "db"> & {
    sandbox: { hooks: Pick<TestService["sandbox"]["hooks"], "idle"> };
    running: Pick<TestService["running"], "webUrl">;
  };
  api: ApiDescription;
  known: Known;
  /** Secrets of equal tokens, which take turns. */
  tokens: readonly string[];
}

/**
 * Sends batches of hostile requests to every operation, a few at a time. Each is answered as promised, and where none of a
 * batch was accepted the database is as it was, row by row. A batch that is not is made smaller until one request is left.
 */
export const attackApi = async (
  attack: ApiAttack,
  trial: Pick<Trial, "size" | "random" | "signal" | "note">,
): Promise<{ inputs: number; routes: number; violations: string[] }> => {
  const violations: string[] = [];
  const statuses = new Map<number, number>();
  const never: string[] = [];
  // Reading first, while there is something of every kind to be read; then in an order of chance.
  const inOrder = trial.random
    .some(attack.api.operations, OPERATIONS[trial.size])
    .sort((one, other) => Number(reads(other)) - Number(reads(one)));
  for (const operation of inOrder) {
    const seen = new Map<number, number>();
    violations.push(...(await attackOperation(attack, operation, seen, trial)));
    if (![...seen.keys()].some((status) => status < 300)) never.push(operation.id);
    for (const [status, count] of seen) statuses.set(status, (statuses.get(status) ?? 0) + count);
  }
  // Where nothing gets through, nothing behind the checks is tried. By chance that may be so for some; the short form is
  // too short to tell.
  if (never.length > inOrder.length / NEVER_ACCEPTED_SHARE && trial.size === "full")
    violations.push(
      `no request was good enough for ${never.join(", ")}: nothing behind the checks was tried`,
    );
  const byStatus = [...statuses].sort(([one], [other]) => one - other);
  if (never.length > 0) trial.note(`nothing was accepted by ${never.join(", ")}`);
  trial.note(`answers: ${byStatus.map(([status, count]) => `${count} × ${status}`).join(", ")}`);
  const inputs = byStatus.reduce((sum, [, count]) => sum + count, 0);
  return { inputs, routes: inOrder.length, violations };
};

const attackOperation = async (
  attack: ApiAttack,
  operation: Operation,
  /** Counts the answers by status; 0: none. */
  seen: Map<number, number>,
  { size, random, signal }: Pick<Trial, "size" | "random" | "signal">,
): Promise<string[]> => {
  const send = createSend(attack, seen);
  const property = fc.asyncProperty(batchesFor(attack, operation), async (batch) => {
    if (signal.aborted) return;
    const problems = await tryBatch(attack, batch, send);
    if (problems.length > 0) throw new Error(problems.slice(0, PROBLEMS_SHOWN_MAX).join("\n    "));
  });
  const seed = random.below(2 ** 31);
  const { failed, errorInstance, counterexamplePath } = await fc.check(property, {
    seed,
    numRuns: BATCHES[size],
    interruptAfterTimeLimit: OPERATION_TIMEOUT_MS,
  });
  if (!failed) return [];
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return [`${operation.id}: a request ${reason}\n    fast-check: seed ${seed}, path ${counterexamplePath}`];
};

type Send = (request: HostileRequest) => Promise<Reply>;

const createSend = ({ service, tokens }: ApiAttack, seen: Map<number, number>): Send => {
  const port = Number(new URL(service.running.webUrl).port);
  let turn = 0;
  return async (request) => {
    const token = tokens[turn++ % tokens.length] ?? "";
    const reply = await exchange(port, bytesOf(request, token), request.method);
    const status = reply.kind === "answered" ? reply.answer.status : 0;
    seen.set(status, (seen.get(status) ?? 0) + 1);
    return reply;
  };
};

/** @returns what was promised and was not so */
const tryBatch = async (
  { service, api }: ApiAttack,
  batch: readonly HostileRequest[],
  send: Send,
): Promise<string[]> => {
  await untilQuiet(service);
  const before = await digestRows(service);
  const replies = await inTurns(batch, AT_A_TIME, send);
  const problems = batch.flatMap((request, index) =>
    judgeReply(request, replies[index] ?? { kind: "silent" }, api),
  );
  if (batch.some((request, index) => mayChange(request, replies[index]))) return problems;
  const changed = changedTables(before, await digestRows(service));
  if (changed.length === 0) return problems;
  const requests = batch.map(describeRequest).join("\n    ");
  return [
    ...problems,
    `changed ${changed.join(", ")}, though nothing was accepted\n    requests: ${requests}`,
  ];
};

const batchesFor = ({ api, known }: ApiAttack, operation: Operation): fc.Arbitrary<HostileRequest[]> =>
  fc.array(requestsFor(operation, api, known), { minLength: 1, maxLength: BATCH_MAX, size: "max" });

const reads = ({ method }: { method: string }): boolean => ["GET", "HEAD", "OPTIONS"].includes(method);

/** Whatever is accepted may change something, unless it only reads. */
const mayChange = (request: HostileRequest, reply: Reply | undefined): boolean =>
  reply?.kind === "answered" && reply.answer.status < 400 && !reads(request);
