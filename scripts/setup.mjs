/**
 * Makes `npm start` and `npm test` work on a machine with nothing but Node 20, npm and git: installs the packages
 * when package-lock.json is not the one they were last installed from, and otherwise does nothing, quickly.
 * Plain JavaScript without packages, because it runs before there are any, on whatever Node the machine has.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";

const NODE_MAJOR_MIN = 24;
const INSTALL_TIMEOUT_MS = 15 * 60_000;
const LOCK_TIMEOUT_MS = INSTALL_TIMEOUT_MS + 60_000;
const COMMAND_TIMEOUT_MS = 10_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const stampPath = join(modules, ".relyloop-setup");
const ownNode = join(modules, ".bin", "node");

/** Something the person at the keyboard has to do; its message says what. */
class SetupError extends Error {}

/** What the packages have to be installed from: this lock file, for this kind of machine. */
const wantedStamp = () => {
  const hash = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  return `${hash} ${process.platform}-${process.arch}\n`;
};

/** The stamp lies in node_modules, so that whoever removes that folder gets it installed again. */
const isInstalled = () => existsSync(stampPath) && readFileSync(stampPath, "utf8") === wantedStamp();

/** The sandbox GitHub and the tests serve real repositories; a deployment with an app of its own needs no git. */
const needsGit = ({ npm_lifecycle_event, NODE_ENV, APP_ID }) =>
  npm_lifecycle_event !== "prestart" || (NODE_ENV !== "production" && !APP_ID);

const checkGit = () => {
  if (!needsGit(process.env)) return;
  const { status, stdout } = spawnSync("git", ["--exec-path"], {
    encoding: "utf8",
    timeout: COMMAND_TIMEOUT_MS,
  });
  if (status !== 0) {
    throw new SetupError(
      "git is missing; the sandbox GitHub and the tests need it. Install it (Debian: apt-get install git).",
    );
  }
  if (!existsSync(join(stdout.trim(), "git-http-backend"))) {
    throw new SetupError(
      "git has no http-backend; the sandbox GitHub and the tests need it (Alpine: apk add git-daemon).",
    );
  }
};

/** npm puts node_modules/.bin first on PATH, so the Node installed there is the one that will run. */
const checkNode = () => {
  const installed = existsSync(ownNode);
  if (installed && realpathSync(ownNode) === process.execPath) return;
  const version = installed
    ? spawnSync(ownNode, ["--version"], { encoding: "utf8", timeout: COMMAND_TIMEOUT_MS }).stdout
    : process.version;
  const major = Number.parseInt((version ?? "").replace(/^v/, ""), 10);
  if (major >= NODE_MAJOR_MIN) return;
  const found = installed ? `${ownNode} does not run here` : `this is Node ${process.version}`;
  throw new SetupError(
    `Node ${NODE_MAJOR_MIN} or newer is needed, and ${found}. It comes as an npm package for Linux (glibc) on x64 and ` +
      `arm64; elsewhere install it from https://nodejs.org and run the command again.`,
  );
};

/** Whether npm can make that folder, or files in it; tried, because root may not be able to on a read-only disk. */
const canWriteIn = (folder) => {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    rmdirSync(mkdtempSync(join(existing, "relyloop-probe-")));
    return true;
  } catch {
    return false;
  }
};

/** The npm that runs us, with the Node that runs it: the one in node_modules is about to be removed. */
const npmCommand = () => {
  const { npm_execpath, npm_node_execpath } = process.env;
  return npm_execpath && /npm-cli\.c?js$/.test(npm_execpath)
    ? [npm_node_execpath || process.execPath, npm_execpath]
    : ["npm"];
};

/** Development and optional packages always: one is the test suite, the other is Node itself. */
const NPM_ARGS = ["ci", "--loglevel=error", "--no-audit", "--no-fund", "--include=dev", "--include=optional"];

/** The service's, which installing needs none of: packages may run what they like while they are installed. */
const SECRETS = [
  "PRIVATE_KEY",
  "WEBHOOK_SECRET",
  "WEBHOOK_SECRET_PREVIOUS",
  "INTERNAL_API_TOKENS",
  "DATABASE_URL",
];

const runNpm = async () => {
  const env = { ...process.env };
  for (const name of SECRETS) delete env[name];
  if (!env.HOME) {
    // Empty, it makes npm take the folder `~` in this one for it, and hand that on to us in its settings.
    for (const name of ["HOME", "npm_config_cache", "npm_config_userconfig"]) delete env[name];
  }
  const usual = env.npm_config_cache || join(env.HOME || homedir(), ".npm");
  const usable = isAbsolute(usual) && [usual, join(usual, "_cacache")].every(canWriteIn);
  const cache = usable ? usual : mkdtempSync(join(tmpdir(), "relyloop-npm-"));
  try {
    const [command, ...first] = npmCommand();
    const child = spawn(command, [...first, ...NPM_ARGS, `--cache=${cache}`], {
      cwd: root,
      env,
      stdio: ["ignore", "ignore", "inherit"],
      timeout: INSTALL_TIMEOUT_MS,
    });
    const [code, signal] = await once(child, "exit");
    return code === 0 ? null : (signal ?? `exit code ${code}`);
  } catch (error) {
    return error.message;
  } finally {
    if (!usable) rmSync(cache, { recursive: true, force: true });
  }
};

const install = async () => {
  // Another process may have installed them while this one waited.
  if (isInstalled()) return;
  const started_ms = performance.now();
  process.stderr.write("setup: installing the packages (npm ci), once per package-lock.json ... ");
  rmSync(stampPath, { force: true });
  const stamp = wantedStamp();
  const failure = await runNpm();
  if (failure !== null) {
    throw new SetupError(
      `\`npm ci\` failed (${failure}). What it wrote is above; mend that and run the command again.`,
    );
  }
  writeFileSync(stampPath, stamp);
  process.stderr.write(`done in ${((performance.now() - started_ms) / 1000).toFixed(1)} s\n`);
};

try {
  checkGit();
  if (!isInstalled()) {
    const wait = (pid) => process.stderr.write(`setup: waiting for another set-up (process ${pid})\n`);
    await withLock(join(root, ".relyloop-setup.lock"), LOCK_TIMEOUT_MS, wait, install);
  }
  checkNode();
} catch (error) {
  process.stderr.write(`\nsetup: ${error instanceof SetupError ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
