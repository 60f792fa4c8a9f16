import type { HookDeliveries, HookDelivery } from "../../src/github/hook-deliveries.ts";

/** GitHub's side: a list with cursors, and what was asked for again. */
export const createFakeHookDeliveries = (perPage = 2) => {
  const attempts: HookDelivery[] = [];
  const requested: string[] = [];
  const requestedIds: string[] = [];
  const pages: (string | null)[] = [];
  let id = 1_000;
  /** What GitHub refuses, or does not do; nothing: it takes note. */
  const trouble: { onPage?: (page: number) => unknown; onRequest?: (guid: string) => unknown } = {};
  const sent = (guid: string, at_ms: number, ok: boolean) => {
    id += 1;
    attempts.push({ id: String(id), guid, deliveredAt: new Date(at_ms), ok });
    attempts.sort((one, other) => +other.deliveredAt - +one.deliveredAt || Number(other.id) - Number(one.id));
    return guid;
  };
  const api: HookDeliveries = {
    page: async (cursor) => {
      pages.push(cursor);
      const error = trouble.onPage?.(pages.length);
      if (error) throw error;
      const from = cursor === null ? 0 : attempts.findIndex((attempt) => attempt.id === cursor) + 1;
      const deliveries = attempts.slice(from, from + perPage);
      const last = deliveries.at(-1);
      return { deliveries, next: from + perPage < attempts.length && last ? last.id : null };
    },
    redeliver: async (wanted) => {
      const attempt = attempts.find((known) => known.id === wanted);
      if (attempt === undefined) throw new Error(`nobody was told of ${wanted}`);
      const error = trouble.onRequest?.(attempt.guid);
      if (error) throw error;
      requested.push(attempt.guid);
      requestedIds.push(wanted);
    },
  };
  return { api, attempts, requested, requestedIds, pages, sent, trouble };
};
