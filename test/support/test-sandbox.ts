import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { Exchange } from "../../sandbox/exchange.ts";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import type { Clock } from "../../src/clock.ts";
import { createSandboxClient, type SandboxClient } from "./sandbox-client.ts";
import { watchConformance } from "./watch-conformance.ts";

export interface TestSandbox {
  sandbox: Sandbox;
  client: SandboxClient;
  dataDir: string;
  /** Every REST exchange so far, oldest first. */
  exchanges: Exchange[];
  /** Stops it, removes its folder, and fails if any exchange was not as GitHub describes it. */
  close(): Promise<void>;
}

/** A sandbox of its own in a new folder, with every exchange held against GitHub's description. */
export async function startTestSandbox(options: { clock?: Clock } = {}): Promise<TestSandbox> {
  const dataDir = await mkdtemp(join(tmpdir(), "sandbox-"));
  const sandbox = await startSandbox({ dataDir, ...options });
  const exchanges: Exchange[] = [];
  const violations = watchConformance(sandbox);
  sandbox.onExchange((exchange) => exchanges.push(exchange));
  return {
    sandbox,
    client: createSandboxClient(sandbox, options.clock?.now),
    dataDir,
    exchanges,
    async close() {
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
      expect(violations).toEqual([]);
    },
  };
}
