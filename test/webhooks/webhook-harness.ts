import { createHmac, randomBytes, randomInt, randomUUID } from "node:crypto";
import type { InjectOptions } from "fastify";
import { sql } from "kysely";
import { pino } from "pino";
import { afterAll, beforeAll } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { Db } from "../../src/db/connect.ts";
import { createMetrics } from "../../src/metrics.ts";
import type { EventJob } from "../../src/queue/event-jobs.ts";
import { type JobQueue, openJobQueue } from "../../src/queue/job-queue.ts";
import type { IntakeDeps } from "../../src/webhooks/intake.ts";
import { createWebhooks, type Webhooks } from "../../src/webhooks/webhooks.ts";
import { addReadyProposal } from "../actions/action-fixtures.ts";
import { type Answer, type HttpHarness, send, useHttpServer } from "../http/http-harness.ts";

export const SECRET = "a secret for webhooks";
export const PREVIOUS_SECRET = "the secret before it";
export const APP_ID = 4711;
export const WEBHOOKS = "/api/github/webhooks";

/** GitHub's side of one delivery. */
export interface Sent {
  event: string;
  payload?: object;
  /** In place of the payload's JSON. */
  body?: string | Buffer;
  guid?: string;
  secret?: string;
  /** On top of GitHub's; undefined takes one away. */
  headers?: Record<string, string | undefined>;
}

export interface WebhookHarness {
  http: HttpHarness;
  readonly db: Db;
  readonly queue: JobQueue;
  readonly webhooks: Webhooks;
  readonly metrics: ReturnType<typeof createMetrics>;
  deliver(sent: Sent, app?: HttpHarness["app"]): Promise<Answer>;
  /** Webhooks with some parts replaced. */
  create(changes: Partial<IntakeDeps>): Promise<Webhooks>;
  /** How many deliveries and jobs there are. */
  counts(): Promise<{ deliveries: number; jobs: number }>;
  delivery(guid: string): ReturnType<typeof findDelivery>;
  jobsOf(guid: string): Promise<(EventJob & { id: string })[]>;
}

export const sign = (body: string | Buffer, secret = SECRET): string =>
  `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

/** A request as GitHub sends it: https://docs.github.com/webhooks/webhook-events-and-payloads#delivery-headers */
export const requestOf = ({ event, payload = {}, body, guid, secret, headers }: Sent): InjectOptions => {
  const bytes = body ?? JSON.stringify(payload);
  const all = {
    "content-type": "application/json",
    "user-agent": "GitHub-Hookshot/044aadd",
    "x-github-event": event,
    "x-github-delivery": guid ?? randomUUID(),
    "x-hub-signature-256": sign(bytes, secret),
    ...headers,
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined) as [string, string][];
  return { payload: bytes, headers: Object.fromEntries(given) };
};

/** The HTTP server with webhooks, on a real database and queue of one's own. Nobody handles the jobs. */
export const useWebhooks = (): WebhookHarness => {
  const http = useHttpServer();
  const metrics = createMetrics();
  let opened: { queue: JobQueue; webhooks: Webhooks; app: HttpHarness["app"] } | undefined;
  const here = () => {
    if (opened === undefined) throw new Error("webhooks are opened before the first test");
    return opened;
  };
  const log = pino({ level: "info" }, { write: (line: string) => void http.logged.push(JSON.parse(line)) });
  const create = (changes: Partial<IntakeDeps>, queue = here().queue) =>
    createWebhooks({
      pool: http.pool,
      queue,
      clock: systemClock,
      log,
      metrics,
      own: { appId: APP_ID },
      secrets: [SECRET, PREVIOUS_SECRET],
      ...changes,
    });

  beforeAll(async () => {
    const connectionString = String(http.pool.options.connectionString);
    const queue = await openJobQueue({
      connection: { connectionString },
      supervise: false,
      log: pino({ level: "silent" }),
      limits: { stopGrace_ms: 0 },
    });
    const webhooks = await create({}, queue);
    opened = { queue, webhooks, app: await http.serve({ webhooks }) };
  });
  afterAll(() => opened?.queue.stop());

  return {
    http,
    metrics,
    create,
    get db() {
      return http.db;
    },
    get queue() {
      return here().queue;
    },
    get webhooks() {
      return here().webhooks;
    },
    deliver: (sent, app = here().app) => send(app, "POST", WEBHOOKS, { token: null, ...requestOf(sent) }),
    counts: async () => {
      const count = sql<{ deliveries: number; jobs: number }>`
        SELECT (SELECT count(*)::int FROM webhook_deliveries) AS deliveries,
          (SELECT count(*)::int FROM pgboss.job WHERE data ? 'delivery_id') AS jobs`;
      return (await count.execute(http.db)).rows[0] ?? { deliveries: 0, jobs: 0 };
    },
    delivery: (guid) => findDelivery(http.db, guid),
    jobsOf: async (guid) => {
      const query = sql<{ id: string; data: EventJob }>`
        SELECT id, data FROM pgboss.job WHERE data->>'delivery_id' = ${guid} ORDER BY name, created_on, id`;
      return (await query.execute(http.db)).rows.map(({ id, data }) => ({ ...data, id }));
    },
  };
};

const findDelivery = (db: Db, guid: string) =>
  db.selectFrom("webhook_deliveries").selectAll().where("delivery_id", "=", guid).executeTakeFirst();

export interface KnownPull {
  proposalId: string;
  configRepoId: string;
  repositoryId: number;
  installationId: number;
  number: number;
  headSha: string;
}

/** A proposal whose pull request is open. */
export const addPull = async (
  db: Db,
  changes: { number?: number; headSha?: string; status?: "pr_opened" | "rejected" | "pr_merged" } = {},
): Promise<KnownPull> => {
  const { id, configRepoId } = await addReadyProposal(db);
  const number = changes.number ?? randomInt(1, 1_000_000);
  const headSha = changes.headSha ?? randomBytes(20).toString("hex");
  const repo = await db
    .selectFrom("config_repos")
    .select(["github_repo_id", "auth_ref"])
    .where("id", "=", configRepoId)
    .executeTakeFirstOrThrow();
  await db
    .updateTable("proposals")
    .set({
      status: changes.status ?? "pr_opened",
      pr_url: `https://github.com/acme/x/pull/${number}`,
      pr_number: number,
      pr_state: changes.status === "pr_merged" ? "merged" : "open",
      pr_head_sha: headSha,
      pr_config_repo_id: configRepoId,
    })
    .where("id", "=", id)
    .execute();
  return {
    proposalId: id,
    configRepoId,
    repositoryId: repo.github_repo_id,
    installationId: Number(repo.auth_ref),
    number,
    headSha,
  };
};

/** `pull_request` as GitHub sends it, as far as it is read. */
export const pullPayload = (
  { repositoryId, number, installationId, headSha }: KnownPull,
  changes: { action?: string; pull_request?: object } = {},
) => ({
  action: changes.action ?? "closed",
  number,
  pull_request: {
    number,
    state: "closed",
    merged: false,
    merged_at: null,
    updated_at: "2026-11-22T12:00:00Z",
    head: { sha: headSha, ref: "relyloop/study-1" },
    ...changes.pull_request,
  },
  repository: { id: repositoryId, name: "x", full_name: "acme/x" },
  installation: { id: installationId },
  sender: { login: "ada", type: "User" },
});
