import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { type Api, createApi, type ProposalBody } from "../support/api.ts";
import { type ConnectProxy, startConnectProxy } from "../support/connect-proxy.ts";
import { createTestDatabase } from "../support/postgres.ts";
import { createScenario, type Scenario } from "../support/scenario.ts";
import type { TestService } from "../support/service.ts";
import { type ServiceProcess, startProcess } from "../support/service-processes.ts";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";
import { type PrivateGithub, startPrivateGithub } from "./private-github.ts";

/** Web and worker as processes of their own, and a GitHub that only a proxy can find. */
export interface ServiceBehindProxy {
  api: Api;
  github: PrivateGithub;
  proxy: ConnectProxy;
  world: TestSandbox;
  /** A repository with everything registered around it. */
  scenario(): Promise<Scenario>;
  /** Stops the worker, and starts one with other settings; a variable set to undefined is taken away. */
  restartWorker(settings: Record<string, string | undefined>): Promise<void>;
  /** Presses, and waits until the attempt has failed: after all the tries the retry policy gives a silent GitHub. */
  pressInVain(proposalId: string): Promise<ProposalBody>;
  /** Whether the proxy's credentials, in whatever form, stand in a log line or a row. What was looked through, too. */
  findCredentials(): Promise<{ found: string[]; lines: number; rows: number }>;
  close(): Promise<void>;
}

/** What the proxy wants of everybody. */
export const CREDENTIALS = { user: "relyloop-proxy-user", password: "p@ss:word/with%signs" };

const FAILED_POLL_MS = 200;

/** @param settingsOf more environment; a variable set to undefined is taken away */
export const startServiceBehindProxy = async (
  settingsOf: (world: TestSandbox) => Record<string, string | undefined> = () => ({}),
): Promise<ServiceBehindProxy> => {
  await using closing = new AsyncDisposableStack();
  const database = await createTestDatabase();
  closing.defer(() => database.drop());
  const world = await startTestSandbox();
  closing.defer(() => world.close());
  const github = await startPrivateGithub(world.sandbox);
  closing.defer(() => github.close());
  const proxy = await startConnectProxy({
    portBehind: (target) => (target === `${github.hostName}:443` ? github.port : null),
    credentials: CREDENTIALS,
  });
  closing.defer(() => proxy.close());

  const token = randomBytes(24).toString("hex");
  const environment = {
    APP_ID: String(world.sandbox.secrets.app_id),
    PRIVATE_KEY: world.sandbox.secrets.private_key,
    WEBHOOKS: "off",
    GHE_HOST: github.hostName,
    HTTPS_PROXY: proxy.urlWithCredentials,
    NODE_EXTRA_CA_CERTS: github.authoritiesFile,
    INTERNAL_API_TOKENS: `test:read+write:${token}`,
    DATA_DIR: world.dataDir,
    DATABASE_URL: database.url,
    PORT: "0",
    LOG_LEVEL: "trace",
    ...settingsOf(world),
  };
  const web = await startProcess("web", environment);
  closing.defer(async () => void (await web.stop()));
  const workers: ServiceProcess[] = [await startProcess("worker", environment)];
  closing.defer(async () => void (await workers.at(-1)?.stop()));
  const api = createApi(web.url, token);

  const opened = closing.move();
  return {
    api,
    github,
    proxy,
    world,
    scenario: () => createScenario(seenAs({ api, sandbox: world.sandbox }, github.url)),
    restartWorker: async (settings) => {
      await workers.at(-1)?.stop();
      workers.push(await startProcess("worker", { ...environment, ...settings }));
    },
    pressInVain: async (proposalId) => {
      const pressed = await api.press(proposalId);
      if (pressed.status !== 202) throw new Error(`press: ${pressed.status} ${JSON.stringify(pressed.body)}`);
      for (;;) {
        const proposal = await api.proposal(proposalId);
        if (proposal.open_pr.state === "failed" || proposal.status !== "pending") return proposal;
        await delay(FAILED_POLL_MS);
      }
    },
    findCredentials: async () => {
      const lines = [web, ...workers].flatMap((process) => process.log().map((line) => JSON.stringify(line)));
      const rows = await everyRow(database.url);
      const everything = [...lines, ...rows].join("\n");
      const found = formsOf(CREDENTIALS).filter((form) => everything.includes(form));
      return { found, lines: lines.length, rows: rows.length };
    },
    close: () => opened.disposeAsync(),
  };
};

/** Repositories have the addresses that the service knows them by. */
const seenAs = ({ api, sandbox }: Pick<TestService, "api" | "sandbox">, url: string): TestService => {
  const createRepository: typeof sandbox.createRepository = async (options) => {
    const repository = await sandbox.createRepository(options);
    return { ...repository, html_url: repository.html_url.replace(sandbox.url, url) };
  };
  return { api, sandbox: { ...sandbox, createRepository } } as TestService;
};

const formsOf = ({ user, password }: typeof CREDENTIALS): string[] => [
  user,
  password,
  encodeURIComponent(password),
  JSON.stringify(password).slice(1, -1),
  Buffer.from(`${user}:${password}`).toString("base64"),
];

const everyRow = async (connectionString: string): Promise<string[]> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      texts.push(...rows.map(({ row }) => `${name} ${row}`));
    }
    return texts;
  } finally {
    await client.end();
  }
};
