import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { openDatabase } from "../src/open-database.ts";
import { quantile } from "./support/figures.ts";
import { answerOf, type Running, startService, stop } from "./support/processes.ts";
import { type Print, type Promised, presentLoad, printMachine, printPromises } from "./support/report.ts";
import { addTarget } from "./webhooks/add-target.ts";
import { checkEffects } from "./webhooks/check-effects.ts";
import type { Plan, Planned } from "./webhooks/deliveries.ts";
import type { LoadOrder } from "./webhooks/load-process.ts";
import { startLoad, startProbot } from "./webhooks/processes.ts";

const DELIVERIES = 10_000;
const REPEATED = 3_333;
/** Sent in slices, to one and to the other by turns, so that what else the machine does meets both. */
const SLICES = 10;
const WARM_UP = { total: 3_000, repeated: 0 };
const CONNECTIONS = 16;
const PULLS = 500;
const PATH = "/api/github/webhooks";

/** What is promised. */
const RATIO_MIN = 0.5;
const P99_MS_MAX = 50;

interface Measured {
  rate_per_s: number;
  p50_ms: number;
  p99_ms: number;
  max_ms: number;
  statuses: Record<number, number>;
}

/**
 * Signed deliveries from some connections, at Probot's own server, which handles them in memory, and at a web process of
 * the service, which has each one on disk before it answers. Both get the same bytes, from a process that makes nothing
 * else; nobody handles the jobs meanwhile.
 */
export const benchWebhooks = async (print: Print): Promise<boolean> => {
  const load = presentLoad();
  await using closing = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), "relyloop-bench-"));
  closing.defer(() => rm(dataDir, { recursive: true, force: true }));
  // As root, the user PostgreSQL runs as has to get through; what is inside has modes of its own.
  await chmod(dataDir, 0o711);
  const database = await openDatabase(
    { databaseUrl: null, dataDir, production: false },
    pino({ level: "silent" }),
  );
  closing.defer(() => database.close());

  const target = await addTarget(database.db, PULLS);
  const secret = randomBytes(32).toString("hex");
  const environment = environmentOf({ secret, dataDir, databaseUrl: database.connection.connectionString });
  const [probot, service] = await Promise.all([
    startProbot(environment, join(dataDir, "probot.log")),
    startService("web", environment, join(dataDir, "service.log")),
  ]);
  closing.defer(() => probot.stop());
  closing.defer(() => service.stop());

  const common = { target, secret, path: PATH };
  const warmUp = await makeLoad({ ...common, ...WARM_UP }, closing);
  const deliveries = await makeLoad({ ...common, total: DELIVERIES, repeated: REPEATED }, closing);
  await warmUp.sendByTurns([probot, service], 1);
  const [inMemory, durable] = await deliveries.sendByTurns([probot, service], SLICES);
  const wrong = await checkEffects(database.db, [...warmUp.planned, ...deliveries.planned]);
  return report(print, { inMemory, durable, wrong, planned: deliveries.planned, load });
};

const environmentOf = (options: { secret: string; dataDir: string; databaseUrl: string }) => ({
  APP_ID: "4711",
  PRIVATE_KEY: generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  }).privateKey,
  WEBHOOK_SECRET: options.secret,
  INTERNAL_API_TOKENS: randomBytes(24).toString("hex"),
  DATABASE_URL: options.databaseUrl,
  DATA_DIR: options.dataDir,
  HOST: "127.0.0.1",
  PORT: "0",
  LOG_LEVEL: "info",
  LOG_FORMAT: "json",
});

const makeLoad = async (plan: Plan, closing: AsyncDisposableStack) => {
  const child = startLoad();
  closing.defer(() => stop(child));
  const order = <T>(what: LoadOrder) => answerOf<T>(child, what);
  const planned = await order<Planned[]>({ do: "make", plan });
  /** @returns what was measured at each server */
  const sendByTurns = async <T extends Running[]>(
    servers: readonly [...T],
    slices: number,
  ): Promise<{ [At in keyof T]: Measured }> => {
    const sent: Sent[][] = servers.map(() => []);
    for (let slice = 0; slice < slices; slice++) {
      const from = Math.floor((plan.total * slice) / slices);
      const to = Math.floor((plan.total * (slice + 1)) / slices);
      for (const [at, { host, port }] of servers.entries()) {
        const what = { do: "send", host, port, connections: CONNECTIONS, from, to } as const;
        sent[at]?.push(await order<Sent>(what));
      }
    }
    return sent.map(summarize) as { [At in keyof T]: Measured };
  };
  return { planned, sendByTurns };
};

interface Sent {
  elapsed_ms: number;
  latencies_ms: number[];
  statuses: Record<number, number>;
}

const summarize = (slices: readonly Sent[]): Measured => {
  const latencies_ms = slices.flatMap((slice) => slice.latencies_ms);
  const elapsed_ms = slices.reduce((sum, slice) => sum + slice.elapsed_ms, 0);
  const statuses: Record<string, number> = {};
  for (const [status, count] of slices.flatMap((slice) => Object.entries(slice.statuses))) {
    statuses[status] = (statuses[status] ?? 0) + count;
  }
  return {
    rate_per_s: (latencies_ms.length / elapsed_ms) * 1_000,
    p50_ms: quantile(latencies_ms, 0.5),
    p99_ms: quantile(latencies_ms, 0.99),
    max_ms: quantile(latencies_ms, 1),
    statuses,
  };
};

interface Results {
  inMemory: Measured;
  durable: Measured;
  wrong: string[];
  planned: Planned[];
  /** Of the machine, in the minute before. */
  load: number;
}

/** @returns whether what is promised holds */
const report = (print: Print, { inMemory, durable, wrong, planned, load }: Results): boolean => {
  const row = (name: string, { rate_per_s, p50_ms, p99_ms, max_ms, statuses }: Measured) =>
    [
      name.padEnd(34),
      `${Math.round(rate_per_s)}/s`.padStart(8),
      ...[p50_ms, p99_ms, max_ms].map((ms) => `${ms.toFixed(1)} ms`.padStart(10)),
      `  ${Object.entries(statuses)
        .map(([status, count]) => `${count} × ${status}`)
        .join(", ")}`,
    ].join("");
  const jobs = planned.reduce((sum, one) => sum + one.jobs.length, 0);
  const ratio = durable.rate_per_s / inMemory.rate_per_s;
  const promises: Promised[] = [
    [`every delivery is answered 202`, durable.statuses[202] === DELIVERIES],
    [
      `each of the ${planned.length} different ones is stored once and led to its jobs once (${jobs} jobs)`,
      wrong.length === 0,
    ],
    [
      `durable intake reaches ${ratio.toFixed(2)} of Probot's rate in memory (at least ${RATIO_MIN})`,
      ratio >= RATIO_MIN,
    ],
    [
      `99 of 100 answers come within ${durable.p99_ms.toFixed(1)} ms (less than ${P99_MS_MAX})`,
      durable.p99_ms < P99_MS_MAX,
    ],
  ];
  print(
    `${DELIVERIES} signed deliveries, ${REPEATED} of them a second time, over ${CONNECTIONS} connections`,
  );
  printMachine(print, load);
  print("");
  print(`${"".padEnd(34)}${"rate".padStart(8)}${["p50", "p99", "max"].map((h) => h.padStart(10)).join("")}`);
  print(row("Probot's own server, in memory", inMemory));
  print(row("the service, durable", durable));
  print("");
  const kept = printPromises(print, promises);
  for (const line of wrong.slice(0, 10)) print(`        ${line}`);
  return kept;
};
