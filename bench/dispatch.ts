import { setTimeout as delay } from "node:timers/promises";
import { notifyTimes } from "./dispatch/notify-times.ts";
import { dispatchTimes, watchDispatch } from "./dispatch/watch-dispatch.ts";
import { createBenchApi } from "./support/bench-api.ts";
import { openGround } from "./support/bench-service.ts";
import { addConfigRepos, addProposal } from "./support/config-repos.ts";
import { asRatio, inMs, median, quantile, tableLines } from "./support/figures.ts";
import { type Print, presentLoad, printMachine, printPromises } from "./support/report.ts";
import { untilOpened } from "./support/until-opened.ts";

const PRESSES = 50;
/** What a job causes, such as its check, is over by then. */
const REST_MS = 100;
const MEDIAN_MS_MAX = 10;

/** From the commit of a press to the first thing its job does: in `npm start`, and from a web process to a worker. */
export const benchDispatch = async (print: Print): Promise<boolean> => {
  const load = presentLoad();
  const one = await pressMany(["all"]);
  const two = await pressMany(["web", "worker"]);

  print(`From the commit of a press to its job's start, ${PRESSES} presses, one after the other`);
  printMachine(print, load);
  print("");
  const row = (name: string, { times_ms, notify_ms }: Pressed) => [
    name,
    ...[0.5, 0.9, 0.99].map((part) => inMs(quantile(times_ms, part))),
    inMs(notify_ms),
    asRatio(median(times_ms), notify_ms),
  ];
  const head = ["", "p50", "p90", "p99", "bare NOTIFY", "ratio"];
  for (const line of tableLines([head, row("one process", one), row("web and worker", two)])) print(line);
  print("");
  return printPromises(
    print,
    [["in one process", one] as const, ["across two", two] as const].map(([where, { times_ms }]) => [
      `press to handler start ${where}: ${inMs(median(times_ms))} (median, less than ${MEDIAN_MS_MAX} ms)`,
      median(times_ms) < MEDIAN_MS_MAX,
    ]),
  );
};

interface Pressed {
  times_ms: number[];
  /** Median of the reference, in the same database. */
  notify_ms: number;
}

const pressMany = async (roles: readonly ("all" | "web" | "worker")[]): Promise<Pressed> => {
  await using closing = new AsyncDisposableStack();
  const ground = await openGround(closing);
  const [serving] = await Promise.all(roles.map((role) => ground.start(role, closing)));
  if (serving === undefined) throw new Error("no role");
  const { db, connection } = ground.database;
  const api = createBenchApi(serving, ground.token);
  // One in each: what is written to one installation is paced, and pacing is not what is measured.
  const repos = await addConfigRepos(ground.sandbox, api, PRESSES);
  await watchDispatch(db);

  const ids: string[] = [];
  for (const repo of repos) {
    const id = await addProposal(api, repo);
    await delay(REST_MS);
    await api.post(`/proposals/${id}/open_pr`);
    await untilOpened(db, [id]);
    ids.push(id);
  }
  const notify = await notifyTimes(connection.connectionString, PRESSES);
  return { times_ms: await dispatchTimes(db, ids), notify_ms: median(notify) };
};
