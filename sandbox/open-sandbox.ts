import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { type Sandbox, startSandbox } from "./sandbox.ts";
import { openSecrets, type SandboxSecrets } from "./secrets.ts";
import { readServerFile } from "./server/server-file.ts";
import { SandboxRunningError } from "./server/server-lock.ts";

/** The first start makes an RSA key and a repository; a machine under load takes seconds for it. */
const JOIN_TIMEOUT_MS = 30_000;
const JOIN_POLL_MS = 100;
const ANSWER_TIMEOUT_MS = 2_000;

export interface OpenSandbox {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** `<url>/api/v3` */
  apiUrl: string;
  secrets: SandboxSecrets;
  /** Null when another process runs the server and this one joined it. */
  sandbox: Sandbox | null;
  /** Stops the server if it was started here. */
  close(): Promise<void>;
}

/**
 * Joins the sandbox of `dataDir`, or starts it where none is running. Any number of processes may do this at once:
 * one of them ends up with the server.
 */
export async function openSandbox(dataDir: string): Promise<OpenSandbox> {
  const deadline = Date.now() + JOIN_TIMEOUT_MS;
  for (;;) {
    const url = await runningServer(join(dataDir, "sandbox"));
    if (url !== null) {
      const secrets = await openSecrets(dataDir);
      return { url, apiUrl: `${url}/api/v3`, secrets, sandbox: null, close: async () => undefined };
    }
    try {
      const sandbox = await startSandbox({ dataDir });
      const { apiUrl, secrets, close } = sandbox;
      return { url: sandbox.url, apiUrl, secrets, sandbox, close };
    } catch (error) {
      // Somebody else is starting it, and will answer in a moment.
      if (!(error instanceof SandboxRunningError) || Date.now() > deadline) throw error;
    }
    await delay(JOIN_POLL_MS);
  }
}

/** @returns its address if the server that was started last is there and is this sandbox. */
async function runningServer(folder: string): Promise<string | null> {
  const server = readServerFile(folder);
  if (server === null) return null;
  try {
    const response = await fetch(`${server.url}/_sandbox/server`, {
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const { instance } = z.object({ instance: z.string() }).parse(await response.json());
    return instance === server.instance ? server.url : null;
  } catch {
    // Nobody there, or somebody else.
    return null;
  }
}
