import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import { connect, type Db } from "../../src/db/connect.ts";
import { type Api, createApi } from "../../test/support/api.ts";
import { inherited } from "../../test/support/inherited.ts";
import type { Trial } from "../part.ts";
import { type Canaries, createCanaries } from "./canaries.ts";
import { type MintedTokens, watchMintedTokens } from "./minted-tokens.ts";
import { pasteRules } from "./paste-rules.ts";
import { type ProcessSamples, startProcessSamples } from "./process-samples.ts";
import { createTaps, type Taps } from "./tap.ts";
import { startWatchedProcess, type WatchedProcess } from "./watched-process.ts";

/** The service as an administrator runs it, with canaries for secrets and somebody looking everywhere. */
export interface LeakWorld {
  canaries: Canaries;
  minted: MintedTokens;
  /** GitHub, in a folder of its own. */
  sandbox: Sandbox;
  /** Every answer it gets is kept. */
  api: Api;
  /** The same, for what `api` would not send. */
  webUrl: string;
  workerUrl: string;
  db: Db;
  databaseUrl: string;
  samples: ProcessSamples;
  taps: Taps;
  /** Every process of the service so far, by name. */
  processes: ReadonlyMap<string, WatchedProcess>;
  /** Starts one more, with other settings; it need not become ready. */
  start(name: string, role: Role, settings?: Record<string, string>): Promise<WatchedProcess>;
  folders: Folders;
}

export interface Folders {
  /** GitHub's, and nobody else's. */
  github: string;
  /** Everything the service can call its own: DATA_DIR, TMPDIR, HOME and the folder it was started in. */
  service: string;
}

export type Role = "web" | "worker";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
/** The line of a process that serves, and where. */
export const READY = /"url":"([^"]+)"[^\n]*"msg":"ready"/;
/**
 * Where an operator who has no `.env` puts the secrets: into the environment of the processes they start. Nothing those
 * start in turn is to have them.
 */
const OPERATORS_VARIABLES = [
  "DATABASE_URL",
  "INTERNAL_API_TOKENS",
  "PRIVATE_KEY",
  "WEBHOOK_SECRET",
  "WEBHOOK_SECRET_PREVIOUS",
  "HTTPS_PROXY",
];

/** Starts a web process and a worker. Everything ends with `closing`. */
export const openLeakWorld = async (
  { createDatabase }: Pick<Trial, "createDatabase">,
  closing: AsyncDisposableStack,
): Promise<LeakWorld> => {
  const root = await mkdtemp(join(tmpdir(), "relyloop-leaks-"));
  closing.defer(() => rm(root, { recursive: true, force: true }));
  const folders = { github: join(root, "github"), service: join(root, "service") };
  for (const name of ["", "data", "tmp", "home"]) await mkdir(join(folders.service, name));

  const samples = startProcessSamples();
  closing.defer(() => samples.stop());
  const database = await createDatabase();
  closing.defer(() => database.drop());
  const { db } = connect({ connectionString: database.url }, () => undefined);
  closing.defer(() => db.destroy());
  const sandbox = await startSandbox({ dataDir: folders.github });
  closing.defer(() => sandbox.close());
  const minted = watchMintedTokens(sandbox);
  const canaries = createCanaries(sandbox.secrets.private_key, pasteRules);
  sandbox.hooks.useSecret(canaries.webhookSecret);

  const processes = new Map<string, WatchedProcess>();
  const environment = settingsOf({ canaries, sandbox, folders, databaseUrl: database.url });
  const start: LeakWorld["start"] = async (name, role, settings = {}) => {
    const started = await startWatchedProcess({
      name,
      command: process.execPath,
      args: [MAIN, role],
      env: { ...environment, ...settings },
      cwd: join(folders.service, "home"),
    });
    samples.exceptInEnvironment(started.pid, [...OPERATORS_VARIABLES, ...Object.keys(settings)]);
    closing.defer(() => started.end("SIGKILL"));
    processes.set(name, started);
    return started;
  };
  const taps = createTaps();
  const [webUrl, workerUrl] = (await Promise.all(
    (["web", "worker"] as const).map(async (role) => {
      const [, url = ""] = await (await start(role, role)).hasSaid(READY);
      const tap = await taps.open(url);
      closing.defer(() => tap.close());
      return tap.url;
    }),
  )) as [string, string];
  await sandbox.hooks.setUrl(`${webUrl}/api/github/webhooks`);
  const api = createApi(webUrl, canaries.apiToken);
  const { url: databaseUrl } = database;
  return {
    canaries,
    minted,
    sandbox,
    api,
    webUrl,
    workerUrl,
    db,
    databaseUrl,
    samples,
    taps,
    processes,
    start,
    folders,
  };
};

interface SettingsOf extends Pick<LeakWorld, "canaries" | "sandbox" | "folders"> {
  databaseUrl: string;
}

const settingsOf = ({ canaries, sandbox, folders, databaseUrl }: SettingsOf): Record<string, string> => {
  const { apiToken, readerToken, spareTokens } = canaries;
  const apiTokens = [`ui:read+write+metrics:${apiToken}`, `reader:read:${readerToken}`];
  const spare = spareTokens.map((token, index) => `spare-${index}:read:${token}`);
  return {
    ...inherited,
    HOME: join(folders.service, "home"),
    TMPDIR: join(folders.service, "tmp"),
    DATA_DIR: join(folders.service, "data"),
    DATABASE_URL: withPassword(databaseUrl, canaries.databasePassword),
    INTERNAL_API_TOKENS: [...apiTokens, ...spare].join(","),
    APP_ID: String(sandbox.secrets.app_id),
    PRIVATE_KEY: sandbox.secrets.private_key,
    WEBHOOK_SECRET: canaries.webhookSecret,
    WEBHOOK_SECRET_PREVIOUS: canaries.webhookSecretPrevious,
    GHE_HOST: sandbox.host,
    GHE_PROTOCOL: "http",
    // Nobody is there: every host here is on the loopback address, which is reached directly.
    HTTPS_PROXY: `http://relyloop:${encodeURIComponent(canaries.proxyPassword)}@proxy.acme.example:3128`,
    RELYLOOP_BASE_URL: "https://relyloop.acme.example",
    PORT: "0",
    LOG_LEVEL: "trace",
  };
};

/** The cluster of the tests trusts whoever comes through its socket, with any password. */
const withPassword = (url: string, password: string): string =>
  url.replace(/^(postgres(?:ql)?:\/\/[^:@/]+)(?::[^@]*)?@/, `$1:${encodeURIComponent(password)}@`);
