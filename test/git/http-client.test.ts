import { execFile } from "node:child_process";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { createHttpClient } from "../../src/git/http-client.ts";
import type { HttpLimits } from "../../src/git/http-limits.ts";
import { AUTHORIZATION, failureOf } from "./contract/bench.ts";

const run = promisify(execFile);

const GIT_RESULT = { "content-type": "application/x-git-upload-pack-result" };

type OnConnect = (req: IncomingMessage, socket: Duplex) => void;

async function listen(listener: RequestListener, onConnect?: OnConnect): Promise<string> {
  const server = createServer(listener);
  if (onConnect) server.on("connect", onConnect);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const client = (limits?: HttpLimits) =>
  createHttpClient({
    authorization: async () => AUTHORIZATION,
    signal: new AbortController().signal,
    ...(limits ? { limits } : {}),
  });

async function* chunks(...parts: string[]): AsyncIterableIterator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

describe("a request", () => {
  it("carries method, headers and the whole body with its length, and leaves the caller's headers alone", async () => {
    const seen: Record<string, unknown>[] = [];
    const origin = await listen(async (req, res) => {
      const {
        authorization,
        "user-agent": agent,
        "content-type": type,
        "content-length": length,
      } = req.headers;
      const body = (await buffer(req)).toString();
      seen.push({ method: req.method, authorization, agent, type, length, body });
      res.writeHead(200, GIT_RESULT).end("0000");
    });
    const headers = { "content-type": "application/x-git-upload-pack-request" };

    const answer = await client().request({ url: origin, method: "POST", headers, body: chunks("ab", "c") });

    expect(seen).toEqual([
      {
        method: "POST",
        authorization: AUTHORIZATION,
        agent: "git/relyloop-github-app",
        type: "application/x-git-upload-pack-request",
        length: "3",
        body: "abc",
      },
    ]);
    expect(headers).toEqual({ "content-type": "application/x-git-upload-pack-request" });
    expect(answer).toMatchObject({ statusCode: 200, method: "POST", headers: GIT_RESULT });
    expect(answer.body && (await text(answer.body))).toBe("0000");
  });

  it("is refused when the credentials cannot be sent, without repeating them", async () => {
    const http = createHttpClient({
      authorization: async () => `${AUTHORIZATION}\nX-Other: 1`,
      signal: new AbortController().signal,
    });

    expect((await failureOf(http.request({ url: "http://127.0.0.1:9/" }))).kind).toBe("unauthorized");
  });

  it("goes through the proxy the environment names, and past it where NO_PROXY says so", async () => {
    const direct = await listen((_, res) => void res.writeHead(200, GIT_RESULT).end("0000"));
    const proxied: (string | undefined)[] = [];
    const proxy = await listen(
      () => expect.fail("a proxy is asked for a tunnel"),
      (req, socket) => {
        proxied.push(req.url);
        // Whatever name was asked for is the server of this test.
        const onward = connect(Number(new URL(direct).port), "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
          socket.pipe(onward).pipe(socket);
        });
      },
    );
    const script = fileURLToPath(new URL("./request.script.ts", import.meta.url));
    const request = (url: string) =>
      run(process.execPath, [script, url], {
        env: { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: proxy, NO_PROXY: "127.0.0.1" },
        timeout: 20_000,
      });

    expect((await request("http://git.example.org/info/refs")).stdout).toBe("200");
    expect((await request(direct)).stdout).toBe("200");

    expect(proxied).toEqual(["git.example.org:80"]);
  });
});

describe("a redirect", () => {
  it("keeps the method and the body", async () => {
    const bodies: string[] = [];
    const origin = await listen(async (req, res) => {
      bodies.push(`${req.method} ${req.url} ${await buffer(req)}`);
      if (req.url === "/old") res.writeHead(301, { location: "/new" }).end();
      else res.writeHead(200, GIT_RESULT).end("0000");
    });

    await client().request({ url: `${origin}/old`, method: "POST", body: chunks("body") });

    expect(bodies).toEqual(["POST /old body", "POST /new body"]);
  });

  it("is followed three times at most", async () => {
    let visits = 0;
    const origin = await listen((_, res) => {
      visits++;
      res.writeHead(302, { location: `/${visits}` }).end();
    });

    const error = await failureOf(client().request({ url: origin }));

    expect(error.kind).toBe("protocol");
    expect(visits).toBe(4);
  });

  it.each(["https://127.0.0.1/x", "http://[", "ftp://127.0.0.1/"])(
    "to %s is not followed",
    async (location) => {
      const origin = await listen((_, res) => void res.writeHead(302, { location }).end());

      const error = await failureOf(client().request({ url: origin }));

      expect(error).toMatchObject({ kind: "protocol", status: 302 });
    },
  );
});

describe("an answer", () => {
  it("may ask to wait until a date, which counts from the host's own clock", async () => {
    const date = "Sun, 06 Nov 2022 08:49:37 GMT";
    const origin = await listen((_, res) => {
      res.writeHead(403, { date, "retry-after": "Sun, 06 Nov 2022 08:51:07 GMT" }).end();
    });

    expect(await failureOf(client().request({ url: origin }))).toMatchObject({
      kind: "rate_limited",
      retryAfter_s: 90,
    });
  });

  it("may ask to wait in words nobody understands", async () => {
    const origin = await listen((_, res) => void res.writeHead(429, { "retry-after": "soon" }).end());

    const error = await failureOf(client().request({ url: origin }));

    expect(error).toMatchObject({ kind: "rate_limited", retryAfter_s: undefined });
  });

  it("may say that nothing remains of a limit until a time by the host's own clock, or say so in words", async () => {
    const date = "Sun, 06 Nov 2022 08:49:37 GMT";
    const reset = String(Date.parse(date) / 1_000 + 3_600);
    const answers = [
      { date, "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset },
      { "content-type": "text/plain" },
      { "x-ratelimit-remaining": "12", "x-ratelimit-reset": reset },
    ];
    const origin = await listen((_, res) => {
      res.writeHead(403, answers.shift()).end("You have exceeded a secondary rate limit.");
    });
    const next = async () => failureOf(client().request({ url: origin }));

    expect(await next()).toMatchObject({ kind: "rate_limited", retryAfter_s: 3_600 });
    expect(await next()).toMatchObject({ kind: "rate_limited", retryAfter_s: undefined });
    expect(await next()).toMatchObject({ kind: "forbidden", retryAfter_s: undefined });
  });

  it("is counted against the cap after decompression, and at the cap is accepted", async () => {
    const origin = await listen((_, res) => {
      res.writeHead(200, { ...GIT_RESULT, "content-encoding": "gzip" }).end(gzipSync("0".repeat(5_000)));
    });
    const limits = { first_byte_ms_max: 60_000, total_ms_max: 60_000 };

    const error = await failureOf(client({ ...limits, answer_bytes_max: 4_999 }).request({ url: origin }));
    const answer = await client({ ...limits, answer_bytes_max: 5_000 }).request({ url: origin });

    expect(error.kind).toBe("too_large");
    expect(answer.statusCode).toBe(200);
  });

  it("that explains a refusal at any length is cut", async () => {
    const origin = await listen((_, res) => {
      res.writeHead(500, { "content-type": "text/plain" }).end("x".repeat(100_000));
    });

    const error = await failureOf(client().request({ url: origin }));

    expect(error.kind).toBe("server");
    expect(error.message.length).toBeLessThan(600);
  });
});
