import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useStore } from "./db/store-fixtures.ts";
import { PRIVATE_KEY } from "./support/github-fixture.ts";
import { inherited } from "./support/inherited.ts";
import { APP_ID, addPull, pullPayload, SECRET } from "./webhooks/webhook-harness.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PROBOT = join(ROOT, "node_modules/.bin/probot");
const TIMEOUT_MS = 25_000;

const store = useStore();
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "relyloop-probot-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs Probot's own tool, as somebody at a terminal would. */
const receive = async (event: string, payload: object) => {
  const path = join(folder, "payload.json");
  await writeFile(path, JSON.stringify(payload));
  const args = ["receive", "-e", event, "-p", path, "--log-format", "json", join(ROOT, "src/probot-app.ts")];
  return promisify(execFile)(PROBOT, args, {
    cwd: folder,
    timeout: TIMEOUT_MS,
    env: {
      ...inherited,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      DATABASE_URL: String(store.pool.options.connectionString),
      APP_ID: String(APP_ID),
      PRIVATE_KEY,
      WEBHOOK_SECRET: SECRET,
      INTERNAL_API_TOKENS: "an-api-token-of-32-characters-or-more",
    },
  });
};

const deliveries = () => store.db.selectFrom("webhook_deliveries").selectAll().execute();
const jobs = async () =>
  (await sql<{ id: string; data: object }>`SELECT id, data FROM pgboss.job`.execute(store.db)).rows;

describe("probot receive, with our application", () => {
  it("stores the event and enqueues what it asks for, as the service does, and ends", async () => {
    const pull = await addPull(store.db);
    await receive("pull_request", pullPayload(pull));

    const [delivery, ...others] = await deliveries();
    expect(others).toEqual([]);
    const [job] = await jobs();
    expect(delivery).toMatchObject({
      event: "pull_request",
      action: "closed",
      repository_id: pull.repositoryId,
      subject: `pull ${pull.number}`,
      status: "received",
      attempts: 1,
      jobs: [job?.id],
    });
    expect(job?.data).toMatchObject({
      kind: "mirror_pr",
      proposal_id: pull.proposalId,
      delivery_id: delivery?.delivery_id,
      cause: `${delivery?.delivery_id}:1`,
    });
  });

  it("stores an event nothing listens to as ignored", async () => {
    const before = await jobs();
    await receive("star", { action: "created", repository: { id: 1 } });
    expect(await deliveries()).toContainEqual(
      expect.objectContaining({ event: "star", action: "created", status: "ignored", jobs: [] }),
    );
    expect(await jobs()).toEqual(before);
  });
});
