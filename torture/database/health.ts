import type { ServiceProcess } from "../../test/support/service-processes.ts";
import type { Told } from "./told.ts";
import { until } from "./until.ts";

/** What the processes say of themselves while the database comes and goes. */
export interface Health {
  /** Waits until both say that they can work. */
  ready(): Promise<void>;
  /** Waits until both say that the database is what they lack. */
  away(): Promise<void>;
  /** Tells when one is not the process any more that was started. @throws Error, because nothing can go on then */
  alive(): void;
}

type Roles = Record<"web" | "worker", ServiceProcess>;

const READY_TIMEOUT_MS = 20_000;
const AWAY_TIMEOUT_MS = 15_000;
/** Far below what an address may ask in a minute. */
const POLL_MS = 150;
const ANSWER_TIMEOUT_MS = 10_000;

interface Readiness {
  status: string;
  detail?: { error_code: string };
  checks?: { database: { ok: boolean } };
}

export const createHealth = (processes: Roles, told: Told): Health => {
  const roles = Object.entries(processes);

  const alive = () => {
    for (const [role, { child, errors }] of roles) {
      if (child.exitCode === null && child.signalCode === null) continue;
      told.violation(`the ${role} ended (${child.exitCode ?? child.signalCode}): ${errors()}`);
      throw new Error(`the ${role} is gone`);
    }
  };

  const get = async (url: string): Promise<{ status: number; text: string }> => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      return { status: 0, text: String(error) };
    }
  };

  const ask = async (
    role: string,
    url: string,
  ): Promise<{ status: number; text: string; said: Readiness }> => {
    const [health, ready] = await Promise.all([get(`${url}/healthz`), get(`${url}/readyz`)]);
    if (health.status !== 200)
      told.violation(`/healthz of the ${role} answered ${health.status}: ${health.text}`);
    told.read(`/readyz of the ${role}`, ready.text);
    const said = ready.status === 0 ? { status: "none" } : (JSON.parse(ready.text) as Readiness);
    return { ...ready, said };
  };

  const wait = async (
    what: string,
    timeout_ms: number,
    isSo: (status: number, said: Readiness) => boolean,
  ) => {
    await Promise.all(
      roles.map(async ([role, { url }]) => {
        let last = "";
        const look = async () => {
          alive();
          const { status, text, said } = await ask(role, url);
          last = `${status} ${text}`;
          return isSo(status, said);
        };
        if (!(await until(look, { timeout_ms, poll_ms: POLL_MS })))
          told.violation(`/readyz of the ${role} never told that ${what}; it answered ${last}`);
      }),
    );
  };

  return {
    ready: () => wait("it is ready again", READY_TIMEOUT_MS, (status) => status === 200),
    away: () =>
      wait("the database is away", AWAY_TIMEOUT_MS, (status, { detail, checks }) => {
        const names = detail?.error_code === "DATABASE_UNAVAILABLE" && checks?.database.ok === false;
        return status === 503 && names;
      }),
    alive,
  };
};
