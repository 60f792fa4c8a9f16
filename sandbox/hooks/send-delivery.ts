import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

/** What is kept of an answer. */
const ANSWER_BYTES_MAX = 64 * 1024;

/** What came of one attempt. */
export interface Attempt {
  /** GitHub's words: `OK`, or what was wrong. */
  status: string;
  status_code: number;
  /** Of the answer; null without one. */
  headers: Record<string, string> | null;
  payload: string | null;
}

export const NO_CONNECTION: Attempt = {
  status: "failed to connect to host",
  status_code: 502,
  headers: null,
  payload: null,
};
const TIMED_OUT: Attempt = { ...NO_CONNECTION, status: "timed out", status_code: 504 };

export interface OutgoingDelivery {
  url: string;
  headers: Record<string, string>;
  body: Buffer;
  /** From the connection to the end of the answer. */
  timeout_ms: number;
  signal: AbortSignal;
  /** Called once all of it is on its way, if it comes to that. */
  onSent(): void;
}

/** Posts a delivery on a connection of its own. Redirects are not followed. Never rejects. */
export async function sendDelivery(delivery: OutgoingDelivery): Promise<Attempt> {
  const timeout = AbortSignal.timeout(delivery.timeout_ms);
  const signal = AbortSignal.any([delivery.signal, timeout]);
  try {
    const outgoing = post(delivery, signal);
    const answer = await answerOf(outgoing);
    const payload = await readText(answer);
    const code = answer.statusCode ?? 0;
    const good = code >= 200 && code < 300;
    const status = good ? "OK" : `Invalid HTTP Response: ${code}`;
    return { status, status_code: code, headers: headersOf(answer), payload };
  } catch {
    return timeout.aborted ? TIMED_OUT : NO_CONNECTION;
  }
}

function post({ url, headers, body, onSent }: OutgoingDelivery, signal: AbortSignal): ClientRequest {
  const request = url.startsWith("https:") ? requestHttps : requestHttp;
  // An agent of its own obeys no proxy setting, and closes the connection afterwards.
  const outgoing = request(url, { method: "POST", headers, agent: false, signal });
  outgoing.once("finish", onSent);
  outgoing.end(body);
  return outgoing;
}

function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once("response", resolve);
    // It stays: an error after the answer must not go unheard either.
    outgoing.on("error", reject);
  });
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= ANSWER_BYTES_MAX) break;
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES_MAX).toString("utf8");
}

/** Under the names the receiver wrote. */
function headersOf({ rawHeaders }: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    headers[rawHeaders[at] ?? ""] = rawHeaders[at + 1] ?? "";
  return headers;
}
