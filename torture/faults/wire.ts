import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Clock } from "../../src/clock.ts";
import type { Fetch } from "../../src/github/bounded-fetch.ts";
import { breakExchange } from "./break-exchange.ts";
import { type Fault, TOKEN_AGE_MS_MIN } from "./faults.ts";
import { MINT, wireName } from "./wire-name.ts";

/** One request of a run: the nth with this name. */
export interface RequestKey {
  name: string;
  nth: number;
}

export interface PlannedFault {
  at: RequestKey;
  fault: Fault;
  /** Every later request of this name meets it too. */
  lasts: boolean;
}

export interface SentRequest extends RequestKey {
  /** By the clock of the run. */
  at_ms: number;
  /** Name of the fault it met; null: it was answered as usual. */
  fault: string | null;
}

export interface Watch {
  clock: Pick<Clock, "now">;
  planned?: readonly PlannedFault[];
  /** Hears of every request that was answered as usual. */
  onAnswer?: (request: RequestKey) => void;
}

/** What lies between a job and GitHub: keeps what is sent, and breaks what is planned to break. */
export interface Wire {
  fetch: Fetch;
  /** Forgets what was sent and planned, and begins anew. */
  begin(watch: Watch): void;
  /** From now on everything works. */
  mend(): void;
  /** Since it began, in order. */
  sent(): readonly SentRequest[];
  /** Every token GitHub ever gave out. */
  tokens(): readonly string[];
}

/** A plan, and once its request came by, the tokens that were known then. */
interface Armed extends PlannedFault {
  known: ReadonlySet<string> | null;
}

export const createWire = (fetch: Fetch, { url: github, faults }: Pick<Sandbox, "url" | "faults">): Wire => {
  const mintedAt = new Map<string, number>();
  const counts = new Map<string, number>();
  let sent: SentRequest[] = [];
  let armed: Armed[] = [];
  let watch: Watch = { clock: { now: Date.now } };

  const faultOf = (key: RequestKey, token: string | null): Fault | null => {
    for (const each of armed) {
      const { at, fault, lasts } = each;
      const isHere = at.name === key.name && (key.nth === at.nth || (lasts && key.nth > at.nth));
      if (fault.effect.kind !== "token") {
        if (isHere) return fault;
        continue;
      }
      if (isHere) each.known ??= new Set(mintedAt.keys());
      if (each.known === null || token === null) continue;
      const age_ms = watch.clock.now() - (mintedAt.get(token) ?? 0);
      const isRefused = fault.effect.refused === "young" ? age_ms < TOKEN_AGE_MS_MIN : each.known.has(token);
      if (isRefused) return fault;
    }
    return null;
  };

  const passed: Fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== github) return fetch(input, init);
    const name = wireName(init.method ?? "GET", url, init.body);
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    const authorization = new Headers(init.headers).get("authorization") ?? "";
    const fault = faultOf({ name, nth }, tokenIn(authorization));
    sent.push({ name, nth, at_ms: watch.clock.now(), fault: fault?.name ?? null });
    if (fault !== null) {
      return breakExchange(
        fault.effect,
        { name, url, init, authorization, now_ms: watch.clock.now() },
        { fetch, faults },
      );
    }
    const response = await fetch(url.href, init);
    if (name === MINT && response.ok) {
      const { token } = (await response.clone().json()) as { token: string };
      mintedAt.set(token, watch.clock.now());
    }
    watch.onAnswer?.({ name, nth });
    return response;
  };

  return {
    fetch: passed,
    begin: (next) => {
      watch = next;
      sent = [];
      counts.clear();
      armed = (next.planned ?? []).map((plan) => ({ ...plan, known: null }));
    },
    mend: () => {
      armed = [];
    },
    sent: () => [...sent],
    tokens: () => [...mintedAt.keys()],
  };
};

/** An installation's token, as REST and git send it; null: none, or an assertion of the app. */
const tokenIn = (authorization: string): string | null => {
  const [scheme = "", value = ""] = authorization.split(" ");
  if (scheme === "token") return value;
  if (scheme !== "Basic") return null;
  return Buffer.from(value, "base64").toString("utf8").split(":")[1] ?? null;
};
