import { connect } from "node:net";

export interface RawAnswer {
  status: number;
  /** By lower-cased name; what stands there several times is joined with a comma. */
  headers: ReadonlyMap<string, string>;
  body: string;
}

/** `closed`: the server ended the connection without saying anything. `silent`: it did neither in time. */
export type Reply = { kind: "answered"; answer: RawAnswer } | { kind: "closed" } | { kind: "silent" };

export const ANSWER_TIMEOUT_MS = 20_000;
/** What has no end is not read to it. */
const ENDLESS_TYPE = "text/event-stream";
const HEAD_END = "\r\n\r\n";
const HEAD = /^HTTP\/1\.1 (\d{3}) [^\r\n]*$/;

/** Sends bytes as they are, HTTP or not, on a connection of their own, and reads one answer. */
export const exchange = (port: number, request: Uint8Array, method = "GET"): Promise<Reply> => {
  const { promise, resolve } = Promise.withResolvers<Reply>();
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let received = Buffer.alloc(0);
  const end = (reply: Reply) => {
    clearTimeout(timer);
    socket.destroy();
    resolve(reply);
  };
  const timer = setTimeout(() => end({ kind: "silent" }), ANSWER_TIMEOUT_MS);
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    const answer = readAnswer(received, method, false);
    if (answer !== null) end({ kind: "answered", answer });
  });
  // A server that does not read a body to its end resets the connection: what it said before that counts.
  socket.on("error", () => undefined);
  socket.on("close", () => {
    const answer = readAnswer(received, method, true);
    end(answer === null ? { kind: "closed" } : { kind: "answered", answer });
  });
  socket.write(request);
  return promise;
};

/** The first answer in these bytes that is not an interim one, or null while it is not there as a whole. */
export const readAnswer = (bytes: Buffer, method: string, ended: boolean): RawAnswer | null => {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd === -1) return null;
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, headEnd).split("\r\n");
  const status = Number(HEAD.exec(statusLine)?.[1] ?? 0);
  const rest = bytes.subarray(headEnd + HEAD_END.length);
  if (status >= 100 && status < 200) return readAnswer(rest, method, ended);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  }
  const length = Number(headers.get("content-length") ?? Number.POSITIVE_INFINITY);
  const whole =
    method === "HEAD" || headers.get("content-type")?.startsWith(ENDLESS_TYPE) || rest.length >= length;
  return whole || ended ? { status, headers, body: rest.toString("utf8") } : null;
};
