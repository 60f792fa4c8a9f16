import type { Logger } from "pino";
import type { ChartRenderer } from "../../charts/importance-chart.ts";
import type { Clock } from "../../clock.ts";
import type { Db } from "../../db/connect.ts";
import type { GithubHost } from "../../github/host.ts";
import type { Metrics } from "../../metrics.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { OpenConfigRepo } from "../config-repo-access.ts";

export interface OpenPrDeps {
  db: Db;
  queue: Pick<JobQueue, "send">;
  openConfigRepo: OpenConfigRepo;
  renderImportanceChart: ChartRenderer;
  host: GithubHost;
  /** RELYLOOP_BASE_URL; null: links to studies are left out. */
  baseUrl: string | null;
  clock: Clock;
  log: Logger;
  metrics: Pick<Metrics, "outcomes" | "step" | "timeToPr">;
  redact: (text: string) => string;
}
