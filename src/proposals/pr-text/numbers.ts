/** Numbers as every text about a proposal writes them. */

const NOT_KNOWN = "n/a";

/** Three decimals: `0.612`. Never `-0.000`. */
export function formatMetric(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NOT_KNOWN;
  return withoutNegativeZero(value.toFixed(3));
}

/** Sign and one decimal: `+24.5%`. */
export function formatPercent(percent: number | null): string {
  if (percent === null || !Number.isFinite(percent)) return NOT_KNOWN;
  const rounded = withoutNegativeZero(percent.toFixed(1));
  return `${rounded.startsWith("-") ? "" : "+"}${rounded}%`;
}

/** Change relative to the baseline in percent; null where there is none to relate to. */
export function percentChange(baseline: number | null, achieved: number | null): number | null {
  if (baseline === null || achieved === null) return null;
  if (baseline === 0) return achieved === 0 ? 0 : null;
  return ((achieved - baseline) / Math.abs(baseline)) * 100;
}

/** `2 h 5 min`, `3 min 12 s`, `8 s`: the two largest units. */
export function formatDuration(duration_ms: number): string {
  const seconds = Math.round(duration_ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function withoutNegativeZero(text: string): string {
  return /^-0(?:\.0+)?$/.test(text) ? text.slice(1) : text;
}
