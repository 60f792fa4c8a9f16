import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Config, ConfigError, loadConfig } from "./config.ts";
import { obeyOutboundSettings } from "./outbound.ts";
import { RegisterError } from "./register/register-error.ts";
import type { Role, Service } from "./service.ts";

// Each command loads what it runs, when it runs: the whole service takes Node about a second to load.

const USAGE = `Usage: npm start [web | worker | migrate] [-- --once]

  (nothing)  web and worker in one process; with the sandbox, shows one pull request being opened
  web        serves the internal API
  worker     handles the jobs
  migrate    brings the database's schema up to date, and ends
  --once     with the sandbox: ends after the pull request was shown

       npm run register [-- --org <login>]   registers the app on GitHub
       npm run install-link                  prints a link for installing it
       npm run smoke -- --config-repo <name> [--path <params file>]
                                             takes one throw-away proposal through GitHub
`;

/** Longer than a graceful stop may take; whatever still holds on is let go of. */
const STOP_TIMEOUT_MS = 25_000;

const SAME_SIGNAL_MS = 1_000;

const print = (line: string) => void process.stdout.write(`${line}\n`);

const main = async (): Promise<number> => {
  const [word, ...args] = process.argv.slice(2);
  if (word === "register") return register(args);
  if (word === "install-link" && args.length === 0) return printInstallLink();
  if (word === "smoke") return smoke(args);
  const command = readCommand(process.argv.slice(2));
  if (command === null) return misused();
  prepare();
  const config = loadConfig(process.env);
  if (command.role === "migrate") {
    const { migrateOnce } = await import("./migrate-once.ts");
    const ran = await migrateOnce(config);
    print(ran.length === 0 ? "The schema is up to date." : `Ran ${ran.join(", ")}.`);
    return 0;
  }
  if (command.once && config.github.kind !== "sandbox") {
    process.stderr.write(
      "--once shows the sandbox; unset APP_ID, PRIVATE_KEY and WEBHOOK_SECRET to use it.\n",
    );
    return 2;
  }
  return run(command.role, command.once, config);
};

const readCommand = (args: string[]): { role: Role | "migrate"; once: boolean } | null => {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { once: { type: "boolean", default: false } },
    });
    const [role = "all", ...more] = positionals;
    if (more.length > 0 || !isRole(role) || (values.once && role !== "all")) return null;
    return { role, once: values.once };
  } catch {
    return null;
  }
};

const isRole = (word: string): word is Role | "migrate" => ["all", "web", "worker", "migrate"].includes(word);

/** Before anything reads a setting or connects. */
const prepare = () => {
  loadEnvFile();
  obeyOutboundSettings(process.env);
};

/** What is set already wins over the file. */
const loadEnvFile = () => {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
};

const register = async (args: string[]): Promise<number> => {
  prepare();
  const { openRegister } = await import("./open-register.ts");
  const registered = await openRegister({
    args,
    env: process.env,
    envFile: resolve(".env"),
    print,
    warn: (line) => void process.stderr.write(`${line}\n`),
    signal: stopSignal(),
  });
  return registered ? 0 : 1;
};

const printInstallLink = async (): Promise<number> => {
  prepare();
  const { openInstallLink } = await import("./open-register.ts");
  print(await openInstallLink(loadConfig(process.env)));
  return 0;
};

const smoke = async (args: string[]): Promise<number> => {
  const { openSmoke, readSmokeOptions } = await import("./open-smoke.ts");
  const options = readSmokeOptions(args);
  if (options === null) return misused();
  prepare();
  const terminal = { print, log: process.stderr, signal: stopSignal() };
  const passed = await openSmoke(loadConfig(process.env), options, terminal);
  print(passed ? "Passed." : "FAILED.");
  return passed ? 0 : 1;
};

const misused = (): number => {
  process.stderr.write(USAGE);
  return 2;
};

const run = async (role: Role, once: boolean, config: Config): Promise<number> => {
  const stopped = stopSignal();
  // While the walk-through tells its story on standard output, the log is short and keeps to standard error.
  const tellsStory = role === "all" && config.github.kind === "sandbox";
  const { openService } = await import("./service.ts");
  const service = await openService(config, {
    role,
    ...(tellsStory && { logging: { level: "warn", output: process.stderr } }),
  });
  try {
    if (service.sandbox) announce(service, role, config.apiTokens.length === 0);
    if (tellsStory) {
      const token = service.tokens.find(({ scopes }) => scopes.includes("read") && scopes.includes("write"));
      if (token === undefined) throw new Error("INTERNAL_API_TOKENS holds no token that may read and write");
      print("\nOpening a pull request, as an operator would:");
      const { walkThrough } = await import("./demo/walk-through.ts");
      const opened = await walkThrough({ url: service.url, token: token.secret, print, signal: stopped });
      if (once || !opened) return opened ? 0 : 1;
      print("\nServing until Ctrl-C.");
    }
    await new Promise<void>((resolve) => {
      if (stopped.aborted) resolve();
      stopped.addEventListener("abort", () => resolve(), { once: true });
    });
    return 0;
  } finally {
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    await service.close();
  }
};

const announce = (service: Service, role: Role, madeToken: boolean) => {
  const serves = role !== "worker";
  if (serves) print(`API          ${service.url}/api/docs`);
  if (serves && madeToken) print(`API token    ${service.tokens[0]?.secret}`);
  print(`GitHub       ${service.githubUrl} (sandbox)`);
};

/**
 * Aborted by the first Ctrl-C or SIGTERM; another one later ends the process at once. Under npm one Ctrl-C arrives
 * twice: from the terminal, and from npm, which passes on its own.
 */
const stopSignal = (): AbortSignal => {
  const controller = new AbortController();
  let first_ms = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted && performance.now() - first_ms > SAME_SIGNAL_MS) process.exit(130);
      if (controller.signal.aborted) return;
      first_ms = performance.now();
      controller.abort(new Error(`stopped by ${signal}`));
    });
  }
  return controller.signal;
};

try {
  process.exitCode = await main();
} catch (error) {
  // A setting's problem is told in full; of anything else the message, which names no secret.
  const text = error instanceof Error ? error.message : String(error);
  const isWhole = error instanceof ConfigError || error instanceof RegisterError;
  process.stderr.write(`${isWhole ? text : `It could not start: ${text}`}\n`);
  process.exitCode = 1;
}
