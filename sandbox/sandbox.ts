import type { Clock } from "../src/clock.ts";
import { systemClock } from "../src/clock.ts";
import type { Exchange } from "./exchange.ts";
import type { Faults } from "./faults/faults.ts";
import type { HooksControl } from "./hooks/hooks-control.ts";
import type { People } from "./people.ts";
import type { SandboxSecrets } from "./secrets.ts";
import type { LoggedRequest } from "./server/request-log.ts";
import { startServer } from "./server/server.ts";
import type { World } from "./world.ts";

/**
 * A local GitHub: real bare repositories behind `git http-backend`, the REST routes the app uses, and one page
 * per pull request. It behaves like GitHub Enterprise Server: pages and git at `url`, REST at `apiUrl`.
 */
export interface Sandbox extends World, People {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** `<url>/api/v3`. */
  readonly apiUrl: string;
  /** `127.0.0.1:<port>`: what GHE_HOST is set to. */
  readonly host: string;
  /** What an administrator would have copied out of GitHub's app settings. */
  readonly secrets: SandboxSecrets;
  /** Switches that make GitHub slow, limited, broken or silent. */
  readonly faults: Faults;
  /** The app's webhook: its address, its deliveries, and how they are to go wrong. */
  readonly hooks: HooksControl;
  /** Every request so far, oldest first; the last 10,000 are kept. */
  requests(): LoggedRequest[];
  clearRequests(): void;
  /**
   * Calls the listener with every REST exchange that the sandbox itself answered (not with answers made up by
   * a fault). @returns a function that removes the listener.
   */
  onExchange(listener: (exchange: Exchange) => void): () => void;
  /** Ends every connection, held requests included, and frees the port. Safe to call twice. */
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** The service's DATA_DIR: secrets are kept in `sandbox-secrets`, all the rest in the folder `sandbox`. */
  dataDir: string;
  /** Unset: the port of the last time if it is free, else one of the system's choice. */
  port?: number;
  clock?: Clock;
}

/**
 * Starts the sandbox of `dataDir` in this process, seeding it at its first start.
 * @throws SandboxRunningError while another server (of this or another process) has it open.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  return startServer({ clock: systemClock, ...options });
}
