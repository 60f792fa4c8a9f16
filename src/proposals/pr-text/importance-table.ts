import { codeSpan, table } from "../markdown.ts";
import { formatMetric } from "./numbers.ts";
import { valueCell } from "./values.ts";

const ROWS_MAX = 100;

/** What the chart shows, as a table, largest first: takes the chart's place where it could not be drawn. */
export function importanceTable(importance: Record<string, unknown>): string {
  const entries = Object.entries(importance);
  if (entries.length === 0) return "The digest names no parameter importance.";
  const size = (value: unknown): number => (typeof value === "number" ? value : Number.NEGATIVE_INFINITY);
  // A value that is not a number is often why there is no chart. It is shown as it is, at the end.
  const sorted = entries.toSorted(([, one], [, other]) => compare(size(other), size(one)));
  const rows = sorted
    .slice(0, ROWS_MAX)
    .map(([param, value]) => [
      codeSpan(param),
      typeof value === "number" ? formatMetric(value) : valueCell(JSON.stringify(value)),
    ]);
  const rest = sorted.length - ROWS_MAX;
  const shown = table([{ title: "Param" }, { title: "Importance", right: true }], rows);
  return rest > 0 ? `${shown}\n\n… and ${rest} more.` : shown;
}

/** Not a subtraction: infinities would give NaN. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
