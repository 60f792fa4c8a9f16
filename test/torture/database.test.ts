import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { markQueued } from "../../src/db/open-pr-store.ts";
import { type Caller, createCaller } from "../../torture/database/caller.ts";
import { databasePart } from "../../torture/database/database-part.ts";
import { followEvents } from "../../torture/database/follow-events.ts";
import { createHealth } from "../../torture/database/health.ts";
import { createLedger, type Promised } from "../../torture/database/ledger.ts";
import { checkOnGithub } from "../../torture/database/on-github.ts";
import type { OwnPostgres } from "../../torture/database/own-postgres.ts";
import { settle } from "../../torture/database/settle.ts";
import { createTold } from "../../torture/database/told.ts";
import { checkWhole } from "../../torture/database/whole.ts";
import { addProposal, useStore } from "../db/store-fixtures.ts";
import type { Scenario } from "../support/scenario.ts";
import type { ServiceProcess } from "../support/service-processes.ts";
import { runShort, seed } from "./trial.ts";

/** Two faults, and what comes after them; a job whose run died is taken over after 10 s and more. */
const TIMEOUT_MS = 120_000;

describe(`a database that fails twice, with seed ${seed}`, () => {
  it(
    "takes nothing along that was answered for, and is found again",
    async () => {
      const { figures } = await runShort(databasePart);
      expect(figures).toMatchObject({ "database faults": 2, lost: 0 });
    },
    TIMEOUT_MS,
  );
});

const SECRET = "a-secret-of-the-service";

/** Answers in place of the service. */
const serve = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe("an answer while the database is in trouble", () => {
  const violationsOf = async (answer: RequestListener): Promise<readonly string[]> => {
    const told = createTold([SECRET]);
    await createCaller(await serve(answer), "token", told).send({ method: "GET", path: "/" });
    return told.violations;
  };
  const answering =
    (status: number, body: object): RequestListener =>
    (_request, response) =>
      response.writeHead(status).end(JSON.stringify(body));

  it.each([
    [200, {}],
    [409, { detail: { error_code: "INVALID_STATE_TRANSITION", retryable: false } }],
    [503, { detail: { error_code: "DATABASE_UNAVAILABLE", retryable: true } }],
  ])("may be %i %o", async (status, body) => {
    expect(await violationsOf(answering(status, body))).toEqual([]);
  });

  it.each([
    [500, { detail: { error_code: "INTERNAL", retryable: true } }],
    [503, { detail: { error_code: "DATABASE_UNAVAILABLE", retryable: false } }],
    [503, { detail: { error_code: "GITHUB_NOT_CONFIGURED", retryable: true } }],
    [200, { name: SECRET }],
    [200, { name: "postgresql://relyloop:word@127.0.0.1/relyloop" }],
  ])("is told of when it is %i %o", async (status, body) => {
    expect(await violationsOf(answering(status, body))).toHaveLength(1);
  });

  it("is told of when there is none", async () => {
    expect(await violationsOf((request) => request.socket.destroy())).toHaveLength(1);
  });
});

describe("a feed", () => {
  it.each([
    ["that skips an event", [1, 2, 4], 1],
    ["that sends one twice", [1, 2, 2, 3], 1],
    ["in its order", [1, 2, 3], 0],
  ])("%s", async (_what, sent, violations) => {
    const told = createTold([]);
    const url = await serve((_request, response) => {
      response.write(sent.map((seq) => `id: ${seq}\nevent: pr_opened\ndata: {}\n\n`).join(""));
    });
    const feed = followEvents(url, "token", told);
    onTestFinished(feed.close);
    await expect.poll(() => feed.last).toBe(sent.at(-1));
    expect(told.violations).toHaveLength(violations);
  });
});

describe("a process that ended", () => {
  it("is told of with its last words, and ends it all", () => {
    const told = createTold([]);
    const process = (exitCode: number | null) => ({
      url: "",
      child: { exitCode, signalCode: null } as ServiceProcess["child"],
      errors: () => "an error nobody listened to",
      log: () => [],
      stop: async () => null,
    });
    const health = createHealth({ web: process(null), worker: process(7) }, told);
    expect(health.alive).toThrow("the worker is gone");
    expect(told.violations).toEqual(["the start: the worker ended (7): an error nobody listened to"]);
  });
});

describe("what was answered for", () => {
  const store = useStore();
  const postgres: Pick<OwnPostgres, "query"> = {
    query: async <Row>(sql: string, values: unknown[] = []) =>
      (await store.pool.query(sql, values)).rows as Row[],
  };
  const promised = (id: string, changes: Partial<Promised> = {}): Promised => ({
    id,
    scenario: { repository: { id: 1 } } as Scenario,
    branch: `relyloop/proposal-${id}`,
    study: false,
    ends: "pr_opened",
    ...changes,
  });

  it("is lost when the proposal is not as promised, is gone, or the delivery never came", async () => {
    const told = createTold([]);
    const ledger = createLedger();
    const { id } = await addProposal(store.db);
    for (const one of [promised(id), promised(randomUUID())]) ledger.proposals.set(one.id, one);
    ledger.deliveries.add(randomUUID());
    const lost = await settle({ postgres: postgres as OwnPostgres, caller: {} as Caller, ledger, told }, 0);
    expect(lost).toBe(3);
    expect(told.violations).toHaveLength(3);
    ledger.proposals.set(id, promised(id, { ends: "pending" }));
  });

  it("has not come true while a job that closes its pull request has not ended", async () => {
    const told = createTold([]);
    const ledger = createLedger();
    const { id } = await addProposal(store.db);
    ledger.proposals.set(id, promised(id, { ends: "pending" }));
    const look = () => settle({ postgres: postgres as OwnPostgres, caller: {} as Caller, ledger, told }, 0);
    expect(await look()).toBe(0);
    await postgres.query("INSERT INTO pgboss.job (name, data) VALUES ('open_pr', $1)", [
      JSON.stringify({ kind: "close_pr", proposal_id: id }),
    ]);
    expect(await look()).toBe(1);
    expect(told.violations).toEqual([expect.stringContaining("close_pr")]);
    await postgres.query("DELETE FROM pgboss.job");
  });

  it("is no whole when a press has neither event nor job", async () => {
    const told = createTold([]);
    await checkWhole(postgres, told);
    expect(told.violations).toEqual([]);
    const { id } = await addProposal(store.db);
    await markQueued(store.db, id);
    await checkWhole(postgres, told);
    expect(told.violations).toHaveLength(1);
    expect(told.violations[0]).toContain(id);
  });

  it.each([
    ["a second pull request", ["open", "open"], 0],
    ["none", [], 0],
    ["one that is closed", ["closed"], 0],
    ["one with a comment too many", ["open"], 1],
  ] as const)("is not done with %s", async (_what, states, comments) => {
    const told = createTold([]);
    const ledger = createLedger();
    const one = promised(randomUUID());
    ledger.proposals.set(one.id, one);
    const head = { ref: one.branch };
    const pulls = states.map((state, at) => ({ number: at + 1, state, merged: false, head }));
    const sandbox = {
      pulls: async () => pulls,
      comments: async () => Array.from({ length: comments }, () => ({ user: "relyloop[bot]" })),
    };
    await checkOnGithub(sandbox as never, ledger, told);
    expect(told.violations).toHaveLength(1);
  });
});
