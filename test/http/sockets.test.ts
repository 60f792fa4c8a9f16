import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { TOKENS, useHttpServer } from "./http-harness.ts";

const http = useHttpServer();

const CHUNK_BYTES = 64 * 1024;
/** Far more than a server takes that has a limit. */
const ENDLESS_BYTES = 256 * 1024 * 1024;

const listen = async () => {
  const app = await http.serve({});
  await app.listen({ host: "127.0.0.1", port: 0 });
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("it listens on a port");
  return { app, port: address.port, url: `http://127.0.0.1:${address.port}` };
};

/** Everything the server says until it closes the connection. */
const exchange = async (port: number, request: string): Promise<string> => {
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.write(request);
  await once(socket, "close");
  return Buffer.concat(chunks).toString("utf8");
};

describe("a listening server", () => {
  it.each([
    ["not HTTP", "hello there\r\n\r\n"],
    ["a header too long", `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`],
    ["a URL too long", `GET /api/v1/${"x".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    [
      "a body with two lengths",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
  ])("answers %s as an error of its own form, and closes", async (_what, request) => {
    const { port } = await listen();

    const [head = "", body = ""] = (await exchange(port, request)).split("\r\n\r\n", 2);

    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(head).toMatch(/\r\nX-Request-ID: [0-9a-f-]{36}\r\n/);
    expect(JSON.parse(body)).toEqual({
      detail: { error_code: "BAD_REQUEST", message: expect.any(String), retryable: false },
    });
  });

  it("refuses a request without a Host header in its own form", async () => {
    const { port } = await listen();

    const answer = await exchange(port, "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n");

    const [head = "", body = ""] = answer.split("\r\n\r\n", 2);
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(head).toMatch(/\r\nx-request-id: [0-9a-f-]{36}\r\n/);
    expect(JSON.parse(body)).toMatchObject({ detail: { error_code: "BAD_REQUEST" } });
  });

  it("answers HTTP/1.0, which knows no Host header", async () => {
    const { port } = await listen();

    expect(await exchange(port, "GET /healthz HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it("passes over an expectation nobody knows", async () => {
    const { port } = await listen();

    const answer = await exchange(
      port,
      "GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: nonsense\r\nConnection: close\r\n\r\n",
    );

    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toMatch(/\r\nx-content-type-options: nosniff\r\n/i);
  });

  it("gives no peer more than 10 s for its headers and 30 s for a request", async () => {
    const { app } = await listen();

    expect(app.server.headersTimeout).toBe(10_000);
    expect(app.server.requestTimeout).toBe(30_000);
    expect(app.server.timeout).toBe(90_000);
  });

  it("refuses a body that grows beyond the limit without saying so beforehand", async () => {
    const { url } = await listen();
    let left_bytes = ENDLESS_BYTES;
    const endless = new ReadableStream({
      pull: (controller) => {
        left_bytes -= CHUNK_BYTES;
        if (left_bytes < 0) controller.error(new RangeError("the server has read it all"));
        else controller.enqueue(Buffer.alloc(CHUNK_BYTES, " "));
      },
    });

    const answer = await fetch(`${url}/api/v1/clusters`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKENS.all}`, "content-type": "application/json" },
      body: endless,
      duplex: "half",
    } as RequestInit).catch((error: unknown) => error);

    // The server answers and closes; whether the client reads the answer before it notices is up to it.
    if (answer instanceof Response) expect(answer.status).toBe(413);
    else expect(answer).toBeInstanceOf(TypeError);
    expect(left_bytes).toBeGreaterThan(0);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it("finishes what it began when it closes", async () => {
    const began = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const app = await http.serve({
      openPr: async () => {
        began.resolve();
        await goOn.promise;
      },
    });
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    const path = "/api/v1/proposals/0198a0c0-0000-7000-8000-000000000000/open_pr";
    const headers = { authorization: `Bearer ${TOKENS.all}` };
    const answer = fetch(url + path, { method: "POST", headers });
    await began.promise;

    const closed = app.close();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    goOn.resolve();

    expect((await answer).status).toBe(202);
    await closed;
  });

  it("tells a preview that its reader went away", async () => {
    const asked = Promise.withResolvers<AbortSignal>();
    const app = await http.serve({
      preview: async ({ signal }) => {
        asked.resolve(signal);
        await once(signal, "abort");
        throw signal.reason;
      },
    });
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    const leaving = new AbortController();
    const path = "/api/v1/proposals/0198a0c0-0000-7000-8000-000000000000/preview";
    const answer = fetch(url + path, {
      headers: { authorization: `Bearer ${TOKENS.all}` },
      signal: leaving.signal,
    });
    const signal = await asked.promise;
    expect(signal.aborted).toBe(false);

    leaving.abort();

    await expect(answer).rejects.toThrow();
    if (!signal.aborted) await once(signal, "abort");
    expect(signal.aborted).toBe(true);
  });
});
