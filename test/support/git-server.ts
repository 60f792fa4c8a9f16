import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServeGitOptions, serveGit } from "../../sandbox/git-http-backend.ts";
import { createGitRepository, type GitRepository, type RepositoryOptions } from "./git-repository.ts";

export interface GitExchange {
  method: string;
  /** With the query, such as `/acme/config.git/info/refs?service=git-upload-pack`. */
  url: string;
  headers: IncomingMessage["headers"];
  /** Bytes of the body as it was received so far. */
  request_bytes: number;
}

/** The rest of the way of one request: answers it with the real git, unless told otherwise. */
export type Pass = (options?: Partial<ServeGitOptions>) => Promise<void>;

/** Stands between the client and git: may wait, answer itself, change the repository, then call `pass`, or not. */
export type Interceptor = (req: IncomingMessage, res: ServerResponse, pass: Pass) => void | Promise<void>;

export interface GitServer {
  /** Such as `http://127.0.0.1:41234`. */
  origin: string;
  /** Every request so far, oldest first. */
  exchanges: GitExchange[];
  createRepository(options?: RepositoryOptions): Promise<GitRepository & { url: string }>;
  /** Every request goes through `interceptor` from now on; undefined takes it away. */
  intercept(interceptor: Interceptor | undefined): void;
  close(): Promise<void>;
}

/** Starts the real `git http-backend` on loopback, over bare repositories in a folder of its own. */
export async function startGitServer(): Promise<GitServer> {
  const projectRoot = await mkdtemp(join(tmpdir(), "git-server-"));
  const exchanges: GitExchange[] = [];
  const ending = new AbortController();
  const running = new Set<Promise<void>>();
  let interceptor: Interceptor | undefined;
  let repositories = 0;

  const server = createServer((req, res) => {
    const exchange = { method: req.method ?? "", url: req.url ?? "", headers: req.headers, request_bytes: 0 };
    exchanges.push(exchange);
    const pass: Pass = (options) => {
      req.on("data", (chunk: Buffer) => {
        exchange.request_bytes += chunk.length;
      });
      const pathInfo = decodeURIComponent(new URL(exchange.url, "http://git").pathname);
      const served = serveGit(req, res, {
        projectRoot,
        pathInfo,
        remoteUser: "app",
        signal: ending.signal,
        ...options,
      });
      running.add(served);
      void served.finally(() => running.delete(served));
      return served;
    };
    void (interceptor ? interceptor(req, res, pass) : pass());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    origin,
    exchanges,
    createRepository: async (options = {}) => {
      const name = `acme/config-${++repositories}.git`;
      const repository = await createGitRepository(join(projectRoot, name), options);
      return { ...repository, url: `${origin}/${name}` };
    },
    intercept: (next) => {
      interceptor = next;
    },
    close: async () => {
      // A test that failed may have left a request hanging.
      ending.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(running);
      await rm(projectRoot, { recursive: true, force: true });
    },
  };
}
