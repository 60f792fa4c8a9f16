import type { Clock } from "../../clock.ts";
import type { Db } from "../../db/connect.ts";
import type { GithubHost } from "../../github/host.ts";
import type { OpenConfigRepo } from "../config-repo-access.ts";

export interface RefreshCheckDeps {
  db: Db;
  openConfigRepo: OpenConfigRepo;
  /** Our app's id on GitHub, by which our own check runs are known; null: no credentials. */
  appId: number | null;
  host: GithubHost;
  /** RELYLOOP_BASE_URL; null: the check links to GitHub's own page. */
  baseUrl: string | null;
  /** Whether comments and "Re-run" are heard: not with WEBHOOKS=off. */
  listens: boolean;
  clock: Clock;
  redact: (text: string) => string;
}
