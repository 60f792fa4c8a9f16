/** @returns the smallest value that `part` of the values do not exceed (nearest rank); NaN of none */
export const quantile = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
};

/** Of an even number of values the mean of the two in the middle; NaN of none. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const low = sorted[Math.ceil(half) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(half)] ?? Number.NaN;
  return (low + high) / 2;
};

/** Columns as wide as their widest cell; the first one is text, the others are figures. */
export const tableLines = (rows: readonly (readonly string[])[]): string[] => {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart((widths[at] ?? 0) + 2)))
      .join("")
      .trimEnd(),
  );
};

export const inMs = (ms: number): string =>
  Number.isNaN(ms) ? "–" : `${ms < 10 ? ms.toFixed(1) : Math.round(ms).toLocaleString("en")} ms`;

/** A figure held against its reference, such as `0.57 ×`. */
export const asRatio = (figure: number, reference: number): string => {
  const ratio = figure / reference;
  return Number.isFinite(ratio) ? `${ratio < 10 ? ratio.toFixed(2) : Math.round(ratio)} ×` : "–";
};
