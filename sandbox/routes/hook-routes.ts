import { GitHubError, notFound, validationFailed } from "../github-error.ts";
import { type Call, numberParam } from "../rest/call.ts";
import type { Rest } from "../rest/rest.ts";
import type { RouteDeps } from "./route-deps.ts";

const PER_PAGE = 30;
const PER_PAGE_MAX = 100;

/** What has been delivered to the app, and delivering it again. */
export function hookRoutes(rest: Rest, { site, hooks }: RouteDeps): void {
  rest.app("GET", "/app/hook/deliveries", (call) => {
    const limit = perPage(call.query.per_page);
    // One more tells whether there is another page.
    const found = hooks.deliveries.list({
      before: cursor(call.query.cursor),
      status: status(call.query.status),
      limit: limit + 1,
    });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const headers: Record<string, string> =
      last && found.length > limit ? { link: nextLink(site.apiUrl, call, last.id) } : {};
    return { status: 200, headers, body: items.map((item) => ({ ...item, throttled_at: null })) };
  });

  rest.app("GET", "/app/hook/deliveries/:id", (call) => {
    const delivery = hooks.deliveries.get(numberParam(call, "id"));
    if (!delivery) throw notFound();
    return { status: 200, body: { ...delivery, throttled_at: null } };
  });

  rest.app("POST", "/app/hook/deliveries/:id/attempts", (call) => {
    const id = numberParam(call, "id");
    if (!hooks.deliveries.get(id)) throw notFound();
    if (!hooks.redeliver(id)) throw new GitHubError(422, "The webhook has no URL.");
    return { status: 202, body: {} };
  });
}

function perPage(text: string | undefined): number {
  const wanted = Number(text);
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, PER_PAGE_MAX) : PER_PAGE;
}

/** Newest come first, so a page goes on below the last id of the one before. */
function cursor(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, id] = /^v1_(\d{1,15})$/.exec(text) ?? [];
  if (id === undefined) throw new GitHubError(400, "Invalid cursor");
  return Number(id);
}

function status(text: string | undefined): "success" | "failure" | undefined {
  if (text === undefined || text === "success" || text === "failure") return text;
  throw validationFailed({ resource: "HookDelivery", field: "status", code: "invalid" });
}

function nextLink(apiUrl: string, call: Call, lastId: number): string {
  const url = new URL(apiUrl + call.target);
  url.searchParams.set("cursor", `v1_${lastId}`);
  return `<${url}>; rel="next"`;
}
