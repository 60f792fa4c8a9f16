import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import type { ApiToken } from "./config-tokens.ts";
import { AppError } from "./errors.ts";
import type { HttpApp } from "./http/http-app.ts";
import { WEBHOOKS_PATH } from "./http/routes/webhook-routes.ts";
import { createHttpServer } from "./http/server.ts";
import { createWorkerServer } from "./http/worker-server.ts";
import { openParts, type Parts, type PartsOptions } from "./parts.ts";
import { wireHttp, wireWatch } from "./wire-http.ts";
import { wireJobs } from "./wire-jobs.ts";

/** What a process does: serve the API, handle jobs, or both. */
export type Role = "web" | "worker" | "all";

export interface Service {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  url: string;
  log: Logger;
  tokens: readonly ApiToken[];
  /** Whether the sandbox stands in for GitHub, and where GitHub is. */
  sandbox: boolean;
  githubUrl: string;
  parts: Pick<Parts, "database" | "github">;
  /** Takes no new requests and jobs, finishes those it has or hands them back, and closes everything, in order. */
  close(): Promise<void>;
}

const STOPPING = new AppError("GITHUB_API_FAILED", "This process is stopping. Try again.", {
  reason: "stopping",
});
/** Requests that wait for GitHub are given up after this much of a stop. */
const REQUESTS_GRACE_MS = 5_000;

/** Starts a process of the service. What was opened is closed again when something does not open. */
export const openService = async (
  config: Config,
  { role, logging }: Pick<PartsOptions, "logging"> & { role: Role },
): Promise<Service> => {
  await using closing = new AsyncDisposableStack();
  const works = role !== "web";
  const parts = await openParts(config, { role, works, ...(logging && { logging }) }, closing);
  if (works) await parts.queue.work(wireJobs(parts), config.workerConcurrency);
  const server =
    role === "worker"
      ? await createWorkerServer(wireWatch(parts))
      : await createHttpServer(await wireHttp(parts));
  closing.defer(() => stopTaking(parts, server));
  const url = await listen(server, config, role, parts.log);
  if (role !== "worker") await parts.webhooks?.deliverTo?.(`${url}${WEBHOOKS_PATH}`);
  parts.log.info({ url, sandbox: parts.sandbox }, "ready");
  const opened = closing.move();
  return {
    url,
    log: parts.log,
    tokens: parts.tokens,
    sandbox: parts.sandbox,
    githubUrl: parts.host.webUrl,
    parts,
    close: () => opened.disposeAsync(),
  };
};

/** A worker does its work without being watched: when its port is taken, its small server takes a free one. */
const listen = async (server: HttpApp, config: Config, role: Role, log: Logger): Promise<string> => {
  const { host } = config;
  const port = role === "worker" ? config.workerPort : config.port;
  try {
    await server.listen({ host, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    if (role !== "worker") {
      throw new Error(`Port ${port} is taken. Set PORT to another one, or to 0 for any.`, { cause: error });
    }
    log.warn({ port }, "the port is taken; health and metrics are served on a free one");
    await server.listen({ host, port: 0 });
  }
  const { address, family, port: bound } = server.server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`;
};

/** Requests and jobs end side by side: either may take most of the time a stop has. */
const stopTaking = async ({ queue, stopping }: Parts, server: HttpApp): Promise<void> => {
  const giveUp = setTimeout(() => stopping.abort(STOPPING), REQUESTS_GRACE_MS);
  try {
    await Promise.all([server.close(), queue.stop()]);
  } finally {
    clearTimeout(giveUp);
  }
};
