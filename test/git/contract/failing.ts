import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import type { GitErrorKind, GitTransport, OpenTransport } from "../../../src/git/transport.ts";
import type { Interceptor } from "../../support/git-server.ts";
import { AUTHORIZATION, BRANCH, failureOf, lookAndBuild, PARAMS_PATH, useBench } from "./bench.ts";

/** Marks a request of the test itself, which has to reach git whatever the interceptor does. */
const BYPASS = "x-test-bypass";

export function describeFailing(open: OpenTransport): void {
  const bench = useBench(open);

  const STATUSES: [status: number, headers: Record<string, string>, kind: GitErrorKind][] = [
    [400, {}, "protocol"],
    [401, { "www-authenticate": "Basic" }, "unauthorized"],
    [403, {}, "forbidden"],
    [403, { "retry-after": "37" }, "rate_limited"],
    [404, {}, "not_found"],
    [429, { "retry-after": "37" }, "rate_limited"],
    [500, {}, "server"],
    [503, {}, "server"],
  ];
  it.each(STATUSES)("names what a %i with %j means, at either request", async (status, headers, kind) => {
    const repository = await bench.configRepository();
    for (const method of ["GET", "POST"]) {
      bench.server.intercept((req, res, pass) =>
        req.method === method ? void res.writeHead(status, headers).end() : pass(),
      );

      const error = await failureOf(bench.open(repository).tips("main", BRANCH));

      expect(error).toMatchObject({ kind, status, retryAfter_s: headers["retry-after"] ? 37 : undefined });
      expect(error.message).toMatch(new RegExp(`^127\\.0\\.0\\.1:\\d+ answered ${status}$`));
    }
  });

  it("tells the host's own explanation, even from a host that echoes the credentials", async () => {
    const repository = await bench.configRepository();
    bench.server.intercept((req, res) => {
      const plain = Buffer.from(req.headers.authorization?.split(" ")[1] ?? "", "base64");
      res.writeHead(403, { "content-type": "text/plain; charset=utf-8" });
      res.end(`remote: Write access to repository not granted. (${req.headers.authorization}, ${plain})\n`);
    });

    const error = await failureOf(bench.open(repository).tips("main", BRANCH));

    expect(error.message).toContain("Write access to repository not granted.");
  });

  it("asks for the Authorization header anew for each request, and lets its error through unchanged", async () => {
    const repository = await bench.configRepository();
    let asked = 0;
    const transport = bench.open(repository, {
      authorization: async () => {
        asked++;
        if (asked > 2) throw new TypeError("no token any more");
        return `Bearer token-${asked}`;
      },
    });
    const before = bench.server.exchanges.length;

    await transport.tips("main", BRANCH);
    await expect(transport.tips("main", BRANCH)).rejects.toEqual(new TypeError("no token any more"));

    const sent = bench.server.exchanges.slice(before).map(({ headers }) => headers.authorization);
    // Two that are on their way together arrive in any order.
    expect(sent.toSorted()).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  it("says unreachable, with host and reason, where nobody listens", async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));

    const error = await failureOf(
      bench.open({ url: `http://127.0.0.1:${port}/a/b.git` }).tips("main", BRANCH),
    );

    expect(error.kind).toBe("unreachable");
    expect(error.message).toBe(`no answer from 127.0.0.1:${port}: ECONNREFUSED`);
  });

  it("says unreachable when the connection breaks", async () => {
    const repository = await bench.configRepository();
    bench.server.intercept((req) => void req.destroy());

    expect((await failureOf(bench.open(repository).tips("main", BRANCH))).kind).toBe("unreachable");
  });

  it("gives up on a host that does not begin its answer", async () => {
    const repository = await bench.configRepository();
    bench.server.intercept(() => undefined);
    const limits = { first_byte_ms_max: 50, total_ms_max: 60_000, answer_bytes_max: 1_000_000 };

    const error = await failureOf(bench.open(repository, { limits }).tips("main", BRANCH));

    expect(error.kind).toBe("unreachable");
    expect(error.message).toMatch(/did not begin its answer within 0.05 s$/);
  });

  it("gives up on a host that stops in the middle of its answer", async () => {
    const repository = await bench.configRepository();
    bench.server.intercept((_, res) => {
      res.writeHead(200, { "content-type": "application/x-git-upload-pack-advertisement" });
      res.write("001e# service=git-upload-pack\n");
    });
    const limits = { first_byte_ms_max: 60_000, total_ms_max: 50, answer_bytes_max: 1_000_000 };

    const error = await failureOf(bench.open(repository, { limits }).tips("main", BRANCH));

    expect(error.kind).toBe("unreachable");
    expect(error.message).toMatch(/did not finish its answer within 0.05 s$/);
  });

  it("gives up on a host that goes on behind its whole answer", async () => {
    const repository = await bench.configRepository();
    bench.server.intercept(async (req, res, pass) => {
      if (req.headers[BYPASS]) return pass();
      const real = await askGit(req);
      res.writeHead(200, { "content-type": real.headers.get("content-type") ?? "" });
      res.write(Buffer.from(await real.arrayBuffer()));
    });
    const limits = { first_byte_ms_max: 60_000, total_ms_max: 500, answer_bytes_max: 1_000_000 };

    const error = await failureOf(bench.open(repository, { limits }).tips("main", BRANCH));

    expect(error.kind).toBe("unreachable");
    expect(error.message).toMatch(/did not finish its answer within 0.5 s$/);
  });

  it("stops at the byte cap", async () => {
    const repository = await bench.server.createRepository({ files: { big: randomBytes(20_000) } });
    const tip = await repository.git("rev-parse", "main");
    const limits = { first_byte_ms_max: 60_000, total_ms_max: 60_000, answer_bytes_max: 2_000 };

    const error = await failureOf(bench.open(repository, { limits }).readFile(tip, "big"));

    expect(error.kind).toBe("too_large");
  });

  it("takes a page for people for what it is", async () => {
    const repository = await bench.configRepository();
    bench.server.intercept(
      (_, res) => void res.writeHead(200, { "content-type": "text/html" }).end("<h1>Sign in</h1>"),
    );

    const error = await failureOf(bench.open(repository).tips("main", BRANCH));

    expect(error.kind).toBe("protocol");
    expect(error.message).toContain("text/html");
  });

  it("passes on git's own error line", async () => {
    const repository = await bench.configRepository();
    bench.server.intercept((req, res, pass) => {
      if (req.method === "GET") return pass();
      res.writeHead(200, { "content-type": "application/x-git-upload-pack-result" });
      res.end("001fERR the repository is locked");
    });

    const error = await failureOf(bench.open(repository).tips("main", BRANCH));

    expect(error.kind).toBe("protocol");
    expect(error.message).toContain("the repository is locked");
  });

  describe("an answer that was cut, though HTTP calls it complete", () => {
    const nothing = () => Buffer.alloc(0);
    const half = (whole: Buffer) => whole.subarray(0, whole.length / 2);
    const allButTheLastPacket = (whole: Buffer) => whole.subarray(0, -4);
    const tips = (transport: GitTransport) => transport.tips("main", BRANCH);
    const readFile = (transport: GitTransport, tip: string) => transport.readFile(tip, PARAMS_PATH);
    const deleteBranch = (transport: GitTransport, tip: string) => transport.deleteBranch(BRANCH, tip);

    it.each([
      { run: tips, cut: nothing },
      { run: tips, cut: half },
      { run: tips, cut: allButTheLastPacket },
      { run: readFile, cut: nothing },
      { run: readFile, cut: half },
      { run: readFile, cut: allButTheLastPacket },
      { run: deleteBranch, cut: nothing },
      { run: deleteBranch, cut: half },
    ])("is never taken for the truth: $run.name gets $cut.name", async ({ run, cut }) => {
      const repository = await bench.configRepository();
      await repository.git("branch", BRANCH, "main");
      const tip = await repository.git("rev-parse", "main");
      for (const method of ["GET", "POST"]) {
        bench.server.intercept(altered(method, cut));
        const error = await failureOf(run(bench.open(repository), tip));
        expect(error.kind).toBe("unreachable");
      }
    });
  });

  it("does not believe a pack that was damaged on the way", async () => {
    const repository = await bench.configRepository();
    const tip = await repository.git("rev-parse", "main");
    bench.server.intercept(
      altered("POST", (whole) => {
        const damaged = Buffer.from(whole);
        const middle = damaged.indexOf("PACK") + 40;
        damaged[middle] = (damaged[middle] ?? 0) ^ 0xff;
        return damaged;
      }),
    );

    const error = await failureOf(bench.open(repository).readFile(tip, PARAMS_PATH));

    expect(error.kind).toBe("protocol");
  });

  it("can try again after a failed fetch", async () => {
    const repository = await bench.configRepository();
    const tip = await repository.git("rev-parse", "main");
    const transport = bench.open(repository);
    bench.server.intercept((_, res) => void res.writeHead(502).end());
    await failureOf(transport.readFile(tip, PARAMS_PATH));
    bench.server.intercept(undefined);

    expect((await transport.readFile(tip, PARAMS_PATH)).kind).toBe("file");
  });

  it("ends a request in flight when the signal says so, and starts none afterwards", async () => {
    const repository = await bench.configRepository();
    const ending = new AbortController();
    const transport = bench.open(repository, { signal: ending.signal });
    const { base } = await lookAndBuild(transport);
    bench.server.intercept(() => ending.abort());

    expect((await failureOf(transport.tips("main", BRANCH))).kind).toBe("aborted");
    const count = bench.server.exchanges.length;
    expect((await failureOf(transport.tips("main", BRANCH))).kind).toBe("aborted");
    expect((await failureOf(transport.build(base, []))).kind).toBe("aborted");
    expect(bench.server.exchanges).toHaveLength(count);
  });

  it("follows a redirect within the host, as a renamed repository answers, for reads and for pushes", async () => {
    const repository = await bench.configRepository();
    const { pathname } = new URL(repository.url);
    bench.server.intercept((req, res, pass) => {
      if (!req.url?.startsWith("/old/name.git/")) return pass();
      res.writeHead(301, { location: req.url.replace("/old/name.git", pathname) }).end();
    });
    const transport = bench.open({ url: `${bench.server.origin}/old/name.git` });

    const built = await lookAndBuild(transport);

    expect(await transport.createBranch(BRANCH, built)).toEqual({ kind: "created" });
    expect(await repository.git("rev-parse", BRANCH)).toBe(built.head);
  });

  it("does not follow a redirect to another host", async () => {
    const repository = await bench.configRepository();
    let visits = 0;
    const elsewhere = createServer((_, res) => {
      visits++;
      res.end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void elsewhere.close());
    const { port } = elsewhere.address() as AddressInfo;
    bench.server.intercept((req, res) => {
      expect(req.headers.authorization).toBe(AUTHORIZATION);
      res.writeHead(302, { location: `http://127.0.0.1:${port}${req.url}` }).end();
    });

    const error = await failureOf(bench.open(repository).tips("main", BRANCH));

    expect(error).toMatchObject({ kind: "protocol", status: 302 });
    expect(visits).toBe(0);
  });

  /** Answers requests of one method with git's real answer, changed. */
  function altered(method: string, change: (whole: Buffer) => Buffer): Interceptor {
    return async (req, res, pass) => {
      if (req.method !== method || req.headers[BYPASS]) return pass();
      const real = await askGit(req);
      res.writeHead(real.status, { "content-type": real.headers.get("content-type") ?? "" });
      res.end(change(Buffer.from(await real.arrayBuffer())));
    };
  }

  async function askGit(req: IncomingMessage): Promise<Response> {
    const headers = new Headers({ [BYPASS]: "1" });
    for (const name of ["content-type", "git-protocol"]) {
      const value = req.headers[name];
      if (typeof value === "string") headers.set(name, value);
    }
    const body = req.method === "POST" ? new Uint8Array(await buffer(req)) : null;
    return fetch(`${bench.server.origin}${req.url}`, { method: req.method ?? "GET", headers, body });
  }
}
