import { randomBytes } from "node:crypto";
import { BASE_BRANCH, PARAMS_PATH } from "./make-repository.ts";

/** About what an 800×600 chart has. */
const CHART_BYTES = 20_000;

export const WAYS = ["protocol v2", "isomorphic-git", "git CLI"] as const;
export type Way = (typeof WAYS)[number];

/** What one job asks of git: two changed files in two commits, on a new branch. */
export interface Job {
  base: string;
  /** To be created. */
  branch: string;
  identity: { name: string; email: string };
  date_s: number;
  params: { path: string; change: (bytes: Uint8Array) => Uint8Array };
  chart: { path: string; bytes: Uint8Array };
}

/** A chart is a PNG, which nothing compresses any further. */
export const makeJob = (branch: string): Job => ({
  base: BASE_BRANCH,
  branch,
  identity: { name: "relyloop[bot]", email: "4711+relyloop[bot]@users.noreply.github.com" },
  date_s: 1_790_000_000,
  params: {
    path: PARAMS_PATH,
    change: (bytes) => Buffer.from(Buffer.from(bytes).toString().replace("2.0", "3.5")),
  },
  chart: {
    path: `.relyloop/digest-charts/${branch.replace(/^.*\//, "")}.png`,
    bytes: randomBytes(CHART_BYTES),
  },
});

export type RunJob = (job: Job) => Promise<void>;
