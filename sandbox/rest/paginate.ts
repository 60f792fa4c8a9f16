import type { Site } from "../site.ts";
import type { Call } from "./call.ts";

const PER_PAGE = 30;
const PER_PAGE_MAX = 100;

export interface Page<T> {
  items: T[];
  /** The Link header, where there is more than one page. */
  headers: Record<string, string>;
}

/** Cuts one page out of a list, as `per_page` and `page` ask. Source: "Using pagination in the REST API". */
export function paginate<T>(site: Site, call: Call, all: readonly T[]): Page<T> {
  const perPage = Math.min(positive(call.query.per_page) ?? PER_PAGE, PER_PAGE_MAX);
  const page = positive(call.query.page) ?? 1;
  const last = Math.max(1, Math.ceil(all.length / perPage));
  const link = (to: number, relation: string): string => {
    const url = new URL(site.apiUrl + call.target);
    url.searchParams.set("page", String(to));
    return `<${url}>; rel="${relation}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, "prev")] : []),
    ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
    ...(page > 1 ? [link(1, "first")] : []),
  ];
  return {
    items: all.slice((page - 1) * perPage, page * perPage),
    headers: links.length > 0 ? { link: links.join(", ") } : {},
  };
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}
