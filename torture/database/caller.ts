import { setTimeout as sleep } from "node:timers/promises";
import type { Told } from "./told.ts";

/** An answer of the internal API or of the webhook route. */
export interface Answered {
  status: number;
  /** Of an error. */
  code: string | null;
  reason: string | null;
  body: Record<string, unknown>;
}

/** Calls the service as programs do that were told to come again. */
export interface Caller {
  /** Calls once, and tells when the answer is none of those that a request may get while the database is in trouble. */
  send(request: Call): Promise<Answered>;
  /** Calls again while the answer says so. @returns the first other answer */
  insist(request: Call): Promise<Answered>;
  /** How many answers said: try again. */
  readonly refused: number;
}

export interface Call {
  method: "GET" | "POST" | "PUT";
  path: string;
  body?: string;
  headers?: Record<string, string>;
}

/** Several limits of the service may follow each other: a connection is waited for 5 s, and a statement 2 s. */
const ANSWER_TIMEOUT_MS = 20_000;
const INSIST_TIMEOUT_MS = 60_000;
const INSIST_POLL_MS = 150;
const RETRYABLE_CODES: unknown[] = ["DATABASE_UNAVAILABLE", "QUEUE_UNAVAILABLE"];

export const createCaller = (webUrl: string, token: string, told: Told): Caller => {
  let refused = 0;

  const send = async ({ method, path, body, headers = {} }: Call): Promise<Answered> => {
    const what = `${method} ${path}`;
    const response = await fetch(webUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    }).catch((error: unknown) => {
      told.violation(`${what} got no answer: ${describe(error)}`);
      return null;
    });
    if (response === null) return { status: 0, code: null, reason: null, body: {} };
    const text = await response.text();
    told.read(`the answer to ${what}`, text);
    const answered = JSON.parse(text) as { detail?: Record<string, unknown> };
    const { error_code = null, reason = null, retryable } = answered.detail ?? {};
    if (response.status >= 500) {
      const allowed = response.status === 503 && RETRYABLE_CODES.includes(error_code) && retryable === true;
      if (allowed) refused += 1;
      else told.violation(`${what} answered ${response.status}: ${text}`);
    }
    return {
      status: response.status,
      code: error_code as string | null,
      reason: reason as string | null,
      body: answered as Record<string, unknown>,
    };
  };

  const insist = async (call: Call): Promise<Answered> => {
    const deadline_ms = performance.now() + INSIST_TIMEOUT_MS;
    for (;;) {
      const answered = await send(call);
      if (answered.status !== 503 || !RETRYABLE_CODES.includes(answered.code)) return answered;
      if (performance.now() > deadline_ms) {
        told.violation(
          `${call.method} ${call.path} still answers ${answered.code} after ${INSIST_TIMEOUT_MS} ms`,
        );
        return answered;
      }
      await sleep(INSIST_POLL_MS);
    }
  };

  return {
    send,
    insist,
    get refused() {
      return refused;
    },
  };
};

const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
};
