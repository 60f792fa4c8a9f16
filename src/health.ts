import { takesWrites } from "./db/connect.ts";
import { schemaState } from "./db/migrate.ts";
import type { HealthChecks } from "./http/http-deps.ts";
import type { Parts } from "./parts.ts";

/** What /readyz asks of the parts. */
export const createHealthChecks = (
  parts: Pick<Parts, "database" | "queue" | "github" | "sandbox">,
): HealthChecks => ({
  database: async () => {
    const ok = await takesWrites(parts.database.db);
    return { ok, detail: ok ? "answers" : "takes no writes: it is a standby, or set to read-only" };
  },
  queue: async () => {
    const depths = await parts.queue.depths();
    return {
      ok: depths.length > 0,
      detail: depths.length > 0 ? "answers" : "has no queues: run npm start migrate",
    };
  },
  schema: async () => {
    const state = await schemaState(parts.database.pool);
    return {
      ok: state.kind === "current",
      detail: state.kind === "current" ? "current" : `${state.kind} of this version`,
    };
  },
  github: async () => {
    if (parts.github === null) return { ok: false, detail: "no credentials" };
    const last = parts.github.lastAnswer();
    const where = parts.sandbox ? "sandbox" : parts.github.host.webUrl;
    if (last === null) return { ok: true, detail: `${where}, not asked yet` };
    const said = last.status === null ? "did not answer" : `answered ${last.status}`;
    return {
      ok: last.status !== null && last.status < 500,
      detail: `${where} ${said} at ${last.at.toISOString()}`,
    };
  },
});
