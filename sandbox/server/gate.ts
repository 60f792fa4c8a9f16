import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../src/clock.ts";
import { captureAnswer, firstHalf } from "../faults/capture-answer.ts";
import type { ActiveFault, FaultsInUse } from "../faults/faults.ts";
import { type MadeUpAnswer, readyAnswer } from "../faults/ready-answers.ts";
import type { Site } from "../site.ts";
import type { LoggedRequest, RequestLog } from "./request-log.ts";

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

interface GateDeps {
  site: Site;
  clock: Clock;
  faults: FaultsInUse;
  log: RequestLog;
  /** What answers from the state in which a `stale` fault was added. */
  past: (fault: string) => Promise<{ handle: RequestHandler }>;
  /** Ends held and delayed requests when the sandbox closes. */
  signal: AbortSignal;
}

/** The page where an app's registration from a manifest begins: it changes nothing, and other sites lead people to it. */
const OPEN_TO_OTHER_SITES = /^(\/organizations\/[^/?]+)?\/settings\/apps\/new(\?|$)/;
/** Everything below this path steers the sandbox itself: no faults, no log. */
const CONTROL_PREFIX = "/_sandbox/";

/**
 * What every request passes before GitHub's own behaviour begins: who may talk to us at all, the log, and the
 * faults. It stands in front of the HTTP framework, so that REST, git and pages break in the same ways.
 */
export function createGate(deps: GateDeps, handler: RequestHandler): RequestHandler {
  return (request, response) => {
    const refusal = refusalOf(request, deps.site);
    if (refusal !== null) {
      send(response, { status: 403, headers: { "content-type": "text/plain" }, body: `${refusal}\n` });
      return;
    }
    if (request.url?.startsWith(CONTROL_PREFIX)) {
      handler(request, response);
      return;
    }
    pass(deps, handler, request, response).catch(() => request.socket.destroy());
  };
}

/**
 * The server listens on loopback only, but a web page somebody visits may still send requests to it: under a name
 * of its own (DNS rebinding: the Host header tells) or across sites (Origin and Sec-Fetch-Site tell).
 */
function refusalOf(request: IncomingMessage, site: Site): string | null {
  const { host, origin } = request.headers;
  const port = new URL(site.url).port;
  if (host !== site.host && host !== `localhost:${port}`)
    return "This server answers on the loopback address only.";
  if (request.method === "GET" || request.method === "HEAD") return null;
  if (request.method === "POST" && OPEN_TO_OTHER_SITES.test(request.url ?? "")) return null;
  // Browsers send at least one of the two; other programs send neither.
  const from = request.headers["sec-fetch-site"];
  const crossSite =
    (from !== undefined && from !== "same-origin" && from !== "none") ||
    (origin !== undefined && origin !== `http://${host}`);
  return crossSite ? "Requests from other sites are refused." : null;
}

async function pass(
  deps: GateDeps,
  handler: RequestHandler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.url ?? "/";
  const method = request.method ?? "GET";
  const { latency_ms, fault } = deps.faults.match(method, target);
  const entry = logEntry(method, target, deps.clock.now(), fault);
  deps.log.add(entry);
  response.once("finish", () => {
    entry.status = response.statusCode;
  });
  if (latency_ms > 0) await deps.clock.sleep(latency_ms, deps.signal);
  if (fault === null) handler(request, response);
  else await apply(deps, fault, { handler, request, response, entry });
}

interface Passing {
  handler: RequestHandler;
  request: IncomingMessage;
  response: ServerResponse;
  entry: LoggedRequest;
}

async function apply(deps: GateDeps, active: ActiveFault, passing: Passing): Promise<void> {
  const { handler, request, response } = passing;
  const { fault } = active;
  switch (fault.kind) {
    case "latency":
      handler(request, response);
      return;
    case "answer":
      send(response, madeUp(fault));
      return;
    case "ready":
      send(response, readyAnswer(fault.name, deps.clock.now(), fault.retry_after_s));
      return;
    case "drop":
      if (fault.when === "after") await carryOut(passing);
      request.socket.destroy();
      return;
    case "truncate":
      request.socket.write(firstHalf(await carryOut(passing)), () => request.socket.destroySoon());
      return;
    case "html":
      await carryOut(passing);
      send(response, {
        status: 200,
        headers: { "content-type": "text/html" },
        body: "<!DOCTYPE html><p>Unicorn!",
      });
      return;
    case "hold":
      await hold(deps, active.id, fault.when, passing);
      return;
    case "stale":
      (await deps.past(active.id)).handle(request, response);
      return;
    default:
      fault satisfies never;
  }
}

async function hold(
  deps: GateDeps,
  id: string,
  when: "before" | "after" | "midway",
  passing: Passing,
): Promise<void> {
  const { handler, request, response, entry } = passing;
  const { socket } = request;
  if (when === "before") {
    if (!(await deps.faults.hold(id))) socket.destroy();
    // The sandbox was closed meanwhile: nothing may happen any more.
    else if (!deps.signal.aborted) handler(request, response);
    return;
  }
  const captured = captureAnswer(request);
  handler(request, captured.response);
  const answer = await captured.bytes;
  const sent = when === "midway" ? firstHalf(answer) : Buffer.alloc(0);
  socket.write(sent);
  if (!(await deps.faults.hold(id))) {
    socket.destroy();
    return;
  }
  entry.status = captured.response.statusCode;
  socket.end(answer.subarray(sent.length));
}

/** @returns the answer the client does not get, or not as it is. */
function carryOut({ handler, request }: Passing): Promise<Buffer> {
  const captured = captureAnswer(request);
  handler(request, captured.response);
  return captured.bytes;
}

function madeUp(fault: {
  status: number;
  headers?: Record<string, string>;
  body?: string | object;
}): MadeUpAnswer {
  const { status, headers = {}, body = "" } = fault;
  if (typeof body === "string") return { status, headers, body };
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(body),
  };
}

function send(response: ServerResponse, answer: MadeUpAnswer): void {
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

function logEntry(method: string, target: string, at: number, fault: ActiveFault | null): LoggedRequest {
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  return {
    method,
    path,
    query: mark < 0 ? "" : target.slice(mark),
    status: null,
    at,
    fault: fault?.id ?? null,
  };
}
