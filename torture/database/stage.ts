import type { Sandbox } from "../../sandbox/sandbox.ts";
import { type ServiceProcess, startProcess } from "../../test/support/service-processes.ts";
import { startService, type TestService } from "../../test/support/start-service.ts";
import type { Random } from "../random.ts";
import { type Caller, createCaller } from "./caller.ts";
import { type Follower, followEvents } from "./follow-events.ts";
import { createHealth, type Health } from "./health.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { type OwnPostgres, openOwnPostgres } from "./own-postgres.ts";
import { createTold, type Told } from "./told.ts";

/** Web and worker as processes of their own, on a database that may be broken, and everybody who watches them. */
export interface Stage {
  random: Random;
  postgres: OwnPostgres;
  processes: Record<"web" | "worker", ServiceProcess>;
  sandbox: Sandbox;
  /** What GitHub's description says against what was sent to it. */
  misuses: readonly string[];
  /** What the processes were started with. */
  environment: TestService["environment"];
  /** For what has to be there before anything is broken. */
  api: TestService["api"];
  caller: Caller;
  health: Health;
  feed: Follower;
  ledger: Ledger;
  told: Told;
  close(): Promise<void>;
}

export const openStage = async (random: Random): Promise<Stage> => {
  await using closing = new AsyncDisposableStack();
  const postgres = await openOwnPostgres();
  closing.defer(() => postgres.close());
  const processes: Partial<Stage["processes"]> = {};
  const service = await startService(
    async () => ({ url: postgres.serviceUrl, drop: async () => undefined }),
    async (environment) => {
      const close = async () => {
        await Promise.all(Object.values(processes).map((started) => started.stop()));
      };
      const starts = (["web", "worker"] as const).map(async (role) => {
        processes[role] = await startProcess(role, environment);
      });
      const failed = (await Promise.allSettled(starts)).find(({ status }) => status === "rejected");
      if (failed?.status === "rejected") {
        await close();
        throw failed.reason;
      }
      const { web, worker } = processes as Stage["processes"];
      return { webUrl: web.url, workerUrl: worker.url, log: () => [...web.log(), ...worker.log()], close };
    },
  );
  closing.defer(() => service.close());
  const { web, worker } = processes as Stage["processes"];
  const { sandbox, token, readerToken } = service;
  const { private_key, webhook_secret } = sandbox.secrets;
  const told = createTold([postgres.password, token, readerToken, private_key, webhook_secret]);
  const feed = followEvents(web.url, token, told);
  closing.defer(() => feed.close());
  const opened = closing.move();
  return {
    random,
    postgres,
    processes: { web, worker },
    sandbox,
    misuses: service.violations,
    environment: service.environment,
    api: service.api,
    caller: createCaller(web.url, token, told),
    health: createHealth({ web, worker }, told),
    feed,
    ledger: createLedger(),
    told,
    close: () => opened.disposeAsync(),
  };
};
