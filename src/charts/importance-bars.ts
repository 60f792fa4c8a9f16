import { cleanLine } from "../proposals/clean-text.ts";
import { ChartError } from "./chart-error.ts";

/** More would not be readable at 600 pixels. */
export const CHART_BARS_MAX = 15;

export interface ImportanceBar {
  label: string;
  value: number;
}

export interface ImportanceBars {
  /** Largest first; equal ones by name. Never empty. */
  bars: ImportanceBar[];
  /** How many parameters were left out. */
  more: number;
}

/**
 * What an importance chart shows.
 * @param importance by parameter: finite numbers, 0 or more
 * @throws ChartError when it is empty or holds anything else
 */
export function importanceBars(importance: Record<string, unknown>): ImportanceBars {
  const all = Object.entries(importance).map(([label, value]) => ({
    label,
    value: checkedValue(label, value),
  }));
  if (all.length === 0) throw new ChartError("there is no parameter importance to draw");
  // Not localeCompare: the order must be the same on every machine.
  all.sort((one, other) => other.value - one.value || (one.label < other.label ? -1 : 1));
  const bars = all.slice(0, CHART_BARS_MAX).map(({ label, value }) => ({ label: cleanLine(label), value }));
  return { bars, more: all.length - bars.length };
}

function checkedValue(label: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    throw new ChartError(`the importance of ${JSON.stringify(label)} is not a number of 0 or more`);
  }
  return value;
}
