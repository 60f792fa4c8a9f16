/**
 * Stands in for npm's own npm-cli.js: keeps what it was called with, takes a moment, and leaves a node_modules with
 * the Node that STUB_NODE names. STUB_EXIT is its exit code. Its name is what scripts/setup.mjs knows npm by.
 */
import { appendFileSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const { STUB_CALLS, STUB_EXIT = "0", STUB_NODE = process.execPath, HOME } = process.env;
const call = { args: process.argv.slice(2), home: HOME ?? null, env: Object.keys(process.env) };
appendFileSync(STUB_CALLS, `${JSON.stringify(call)}\n`);
rmSync("node_modules", { recursive: true, force: true });
await delay(Number(process.env.STUB_TAKES_MS ?? 0));
if (STUB_EXIT === "0") {
  mkdirSync("node_modules/.bin", { recursive: true });
  symlinkSync(STUB_NODE, "node_modules/.bin/node");
}
process.exitCode = Number(STUB_EXIT);
