import { measureThroughput } from "./open-pr/throughput.ts";
import { measureWholeJobs, type WholeJobs } from "./open-pr/whole-jobs.ts";
import { asRatio, inMs, median, quantile, tableLines } from "./support/figures.ts";
import { type Print, type Promised, presentLoad, printMachine, printPromises } from "./support/report.ts";

const REPOSITORIES = 30;
const LATENCIES_MS = [0, 80];
/** At which what is promised is held to it: a round trip to a GitHub that is not next door. */
const PROMISED_AT_MS = 80;
const WARM_RATIO_MAX = 1.5;

const WORKERS = [1, 2, 4];
const THROUGHPUT = { repositories: 24, latency_ms: 400 };
const TWO_TO_ONE_MIN = 1.7;

/**
 * From "Open PR" until the pull request is recorded, against the four requests that can't be done without; and how
 * many pull requests a minute more worker processes open.
 */
export const benchOpenPr = async (print: Print): Promise<boolean> => {
  const load = presentLoad();
  const jobs = new Map<number, WholeJobs>();
  for (const latency_ms of LATENCIES_MS)
    jobs.set(latency_ms, await measureWholeJobs(REPOSITORIES, latency_ms));
  const rates = new Map<number, number>();
  for (const workers of WORKERS) rates.set(workers, await measureThroughput(workers, THROUGHPUT));

  print(`From the press to the recorded pull request with chart and comment, ${REPOSITORIES} repositories`);
  printMachine(print, load);
  for (const [latency_ms, measured] of jobs) {
    print("");
    for (const line of tableLines(jobRows(latency_ms, measured))) print(line);
  }
  print("");
  const { repositories, latency_ms } = THROUGHPUT;
  print(
    `${repositories} pull requests in as many repositories, ${latency_ms} ms per request, one job at a time in each worker`,
  );
  for (const line of tableLines(rateRows(rates))) print(line);
  print("");
  return printPromises(print, promisesOf(jobs, rates));
};

const jobRows = (latency_ms: number, { cold_ms, warm_ms, four_ms }: WholeJobs): string[][] => {
  const row = (name: string, times_ms: readonly number[]) => [
    name,
    ...[0.5, 0.9, 0.99].map((part) => inMs(quantile(times_ms, part))),
    asRatio(median(times_ms), median(four_ms)),
  ];
  return [
    [`${latency_ms} ms per request`, "p50", "p90", "p99", "ratio"],
    row("the four requests, sent by hand", four_ms),
    row("the whole job, cold", cold_ms),
    row("the whole job, warm", warm_ms),
  ];
};

const rateRows = (rates: ReadonlyMap<number, number>): string[][] => [
  ["", "per minute", "ratio"],
  ...[...rates].map(([workers, rate]) => [
    `${workers} worker process${workers === 1 ? "" : "es"}`,
    rate.toFixed(1),
    asRatio(rate, rates.get(1) ?? Number.NaN),
  ]),
];

const promisesOf = (jobs: ReadonlyMap<number, WholeJobs>, rates: ReadonlyMap<number, number>): Promised[] => {
  const { warm_ms, four_ms } = jobs.get(PROMISED_AT_MS) ?? { warm_ms: [], four_ms: [] };
  const warmRatio = median(warm_ms) / median(four_ms);
  const twoToOne = (rates.get(2) ?? Number.NaN) / (rates.get(1) ?? Number.NaN);
  return [
    [
      `the whole job warm takes ${warmRatio.toFixed(2)} of four round trips with the sandbox's own time (at most ${WARM_RATIO_MAX}, with ${PROMISED_AT_MS} ms per request)`,
      warmRatio <= WARM_RATIO_MAX,
    ],
    [
      `two worker processes open ${twoToOne.toFixed(2)} times as many as one (at least ${TWO_TO_ONE_MIN})`,
      twoToOne >= TWO_TO_ONE_MIN,
    ],
  ];
};
