import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type RawBuilder, sql } from "kysely";
import { createScenario, type Scenario } from "../../test/support/scenario.ts";
import { type ServiceProcess, startHere, startProcess } from "../../test/support/service-processes.ts";
import { startService, type TestService } from "../../test/support/start-service.ts";
import type { Trial } from "../part.ts";
import { type PostgresProxy, startPostgresProxy } from "./postgres-proxy.ts";

/** A process of the service that a test may stop at any moment: its database is reached through a proxy of its own. */
export interface Actor {
  process: ServiceProcess;
  database: PostgresProxy;
  kill(): Promise<void>;
}

/**
 * A service whose web part lives in this process and whose workers are processes, with a GitHub, a database and a repository
 * of its own.
 */
export interface Stage {
  service: TestService;
  scenario: Scenario;
  /** Opened proposals nobody needs any more where they were opened. */
  opened: { proposalId: string; branch: string; number: number }[];
  /** A proposal of a new study that changes something, whatever has been merged before. */
  propose(): Promise<{ proposalId: string; branch: string }>;
  startActor(role: "web" | "worker"): Promise<Actor>;
  /** Waits until no job is left, no delivery is on its way, and nothing more comes of them. */
  settled(): Promise<void>;
  /** Lets the queue believe that as much time has passed as it gives a dead worker. */
  ageHeartbeats(): Promise<void>;
  /** Processes that were started for this stage and should be gone, such as children of killed ones. */
  strays(): Promise<string[]>;
  close(): Promise<void>;
}

/** One job of each kind at a time is all that happens here; more hands would only ask for jobs. */
const SETTINGS = { WORKER_CONCURRENCY: "1" };
const SETTLE_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
/** Of the parameter that is tuned. */
const FIRST_VALUE = 3;

export const openStage = async (trial: Pick<Trial, "createDatabase">): Promise<Stage> => {
  await using closing = new AsyncDisposableStack();
  const service = await startService(
    trial.createDatabase,
    (environment) => startHere("web", environment),
    SETTINGS,
  );
  closing.defer(() => service.close());
  const scenario = await createScenario(service);
  const actors = new Set<Actor>();
  let proposals = 0;
  closing.defer(async () => void (await Promise.all([...actors].map((actor) => actor.kill()))));

  const startActor: Stage["startActor"] = async (role) => {
    const database = await startPostgresProxy(service.databaseUrl);
    const process = await startProcess(role, { ...service.environment, DATABASE_URL: database.url });
    const actor: Actor = {
      process,
      database,
      kill: async () => {
        actors.delete(actor);
        const { child } = process;
        if (child.exitCode === null && child.signalCode === null) {
          const exited = once(child, "exit");
          child.kill("SIGKILL");
          await exited;
        }
        await database.close();
      },
    };
    actors.add(actor);
    return actor;
  };

  const strays = async (): Promise<string[]> => {
    const known = new Set([...actors].map(({ process: { child } }) => child.pid));
    const found: string[] = [];
    for (const name of await readdir("/proc")) {
      if (!/^\d+$/.test(name) || known.has(Number(name))) continue;
      // Another one may end while it is looked at.
      const environment = await readFile(`/proc/${name}/environ`, "utf8").catch(() => "");
      if (environment.includes(`DATA_DIR=${service.dataDir}\0`)) found.push(name);
    }
    return found;
  };

  const opened = closing.move();
  return {
    service,
    scenario,
    opened: [],
    propose: () => {
      proposals += 1;
      const to = FIRST_VALUE + proposals / 100;
      return scenario.fromStudy({ configDiff: { title_boost: { from: 2, to } } });
    },
    startActor,
    strays,
    settled: () => settled(service),
    ageHeartbeats: () => setJobs(service.db, LONG_SILENT, sql`state = 'active'`),
    close: () => opened.disposeAsync(),
  };
};

/** A live worker gives its sign of life every 3 s. */
const SILENT_S = 8;

/** A row the queue has under its hands is left for the next time: locked one by one, they would deadlock with its own. */
const setJobs = async (db: TestService["db"], set: RawBuilder<unknown>, where: RawBuilder<unknown>) => {
  const free = sql`SELECT id FROM pgboss.job WHERE ${where} FOR UPDATE SKIP LOCKED`;
  await sql`UPDATE pgboss.job SET ${set} WHERE id IN (${free})`.execute(db);
};

const LONG_SILENT = sql`heartbeat_on = now() - interval '1 hour'`;

/** What a process that was killed took a moment before its end, when its heartbeats had been aged already. */
const ageSilent = (db: TestService["db"]) =>
  setJobs(
    db,
    LONG_SILENT,
    sql`state = 'active' AND heartbeat_on < now() - ${SILENT_S} * interval '1 second'`,
  );

/** A run that failed is repeated after a pause, and GitHub is looked at again after one: here it is over at once. */
const endPauses = (db: TestService["db"]) =>
  setJobs(db, sql`start_after = now()`, sql`state IN ('created', 'retry') AND start_after > now()`);

/** The queue's own jobs are no jobs of ours: pg-boss sends the turns of schedules by one. */
const LIVE = sql<{ name: string; state: string }>`
  SELECT name, state FROM pgboss.job
  WHERE state IN ('created', 'retry', 'active') AND NOT starts_with(name, '__pgboss__')`;

const settled = async ({ db, sandbox }: TestService): Promise<void> => {
  const deadline_ms = performance.now() + SETTLE_TIMEOUT_MS;
  let quiet = 0;
  for (;;) {
    await sandbox.hooks.idle();
    const { rows } = await LIVE.execute(db);
    // A job's last write may have led to a delivery, and the delivery to a job: twice nothing is nothing.
    quiet = rows.length === 0 ? quiet + 1 : 0;
    if (quiet === 2) return;
    if (quiet === 1) continue;
    if (performance.now() > deadline_ms) {
      throw new Error(`jobs are left: ${rows.map(({ name, state }) => `${name} ${state}`).join(", ")}`);
    }
    await endPauses(db);
    await ageSilent(db);
    await sleep(POLL_MS);
  }
};
