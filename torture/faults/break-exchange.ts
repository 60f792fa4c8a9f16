import type { FaultKind, Faults } from "../../sandbox/faults/faults.ts";
import type { Fetch } from "../../src/github/bounded-fetch.ts";
import type { Effect } from "./faults.ts";
import { isGit } from "./wire-name.ts";

/** GitHub's clock is not ours: whoever reads its times by our own waits too long, or not long enough. */
const GITHUB_AHEAD_S = 90;

export interface Exchange {
  name: string;
  url: URL;
  init: RequestInit;
  authorization: string;
  now_ms: number;
}

interface Ways {
  fetch: Fetch;
  faults: Faults;
}

/** Sends a request into its fault. */
export const breakExchange = async (effect: Effect, exchange: Exchange, ways: Ways): Promise<Response> => {
  const { url, init } = exchange;
  switch (effect.kind) {
    case "refused": {
      const cause = Object.assign(new Error(`connect ECONNREFUSED ${url.host}`), { code: "ECONNREFUSED" });
      throw new TypeError("fetch failed", { cause });
    }
    case "timed_out":
      return timedOut(exchange, ways);
    case "half": {
      const response = await ways.fetch(url.href, init);
      const { status, statusText } = response;
      const body = Buffer.from(await response.arrayBuffer());
      const headers = new Headers(response.headers);
      headers.delete("content-length");
      return new Response(body.subarray(0, body.length / 2), { status, statusText, headers });
    }
    case "sandbox":
      return through(effect.fault, exchange, ways);
    case "token":
      return through(
        madeUp({ kind: "answer", status: 401, body: { message: "Bad credentials" } }, exchange),
        exchange,
        ways,
      );
    case "answer":
      return through(madeUp(effect, exchange), exchange, ways);
    default:
      throw new TypeError(`unknown effect ${effect satisfies never}`);
  }
};

/** Has the sandbox do it to this one request: nothing else of a run goes to the same address meanwhile. */
const through = async (
  fault: FaultKind,
  { url, init }: Exchange,
  { fetch, faults }: Ways,
): Promise<Response> => {
  const id = faults.add({ method: init.method ?? "GET", path: url.pathname, fault });
  try {
    return await fetch(url.href, init);
  } finally {
    faults.remove(id);
  }
};

/** The deadline is a real one of half a minute; here it passes at the moment the answer is ready and held back. */
const timedOut = async ({ url, init }: Exchange, { fetch, faults }: Ways): Promise<Response> => {
  const fault = { kind: "hold", when: "after" } as const;
  const id = faults.add({ method: init.method ?? "GET", path: url.pathname, fault });
  const deadline = new AbortController();
  const signal = AbortSignal.any([deadline.signal, ...(init.signal ? [init.signal] : [])]);
  try {
    const answer = fetch(url.href, { ...init, signal });
    await Promise.race([faults.held(id), answer]);
    // What AbortSignal.timeout ends a request with.
    deadline.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    return await answer;
  } finally {
    faults.remove(id);
  }
};

/** A host that echoes what it was sent must not bring the credentials into a row, a log or an answer. */
const madeUp = (
  { status, headers = () => ({}), body }: Extract<Effect, { kind: "answer" }>,
  { name, authorization, now_ms }: Exchange,
): FaultKind => {
  const github_ms = now_ms + GITHUB_AHEAD_S * 1_000;
  const date = new Date(github_ms).toUTCString();
  const head = { date, ...headers(Math.floor(github_ms / 1_000)) };
  if (body === undefined || body === "page") {
    const page = `<html><title>${status}</title><p>Authorization: ${authorization}</html>`;
    return { kind: "answer", status, headers: { ...head, "content-type": "text/html" }, body: page };
  }
  const message = `${body.message} (Authorization: ${authorization})`;
  if (isGit(name)) {
    return { kind: "answer", status, headers: { ...head, "content-type": "text/plain" }, body: message };
  }
  const errors = body.code === undefined ? {} : { errors: [{ resource: "PullRequest", code: body.code }] };
  return { kind: "answer", status, headers: head, body: { message, ...errors } };
};
