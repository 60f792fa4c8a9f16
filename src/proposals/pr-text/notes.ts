import type { OutOfRange } from "../config-diff.ts";
import { codeSpan, table } from "../markdown.ts";
import type { ParamDrift } from "../params-file.ts";
import { valueCell } from "./values.ts";

/** What a reviewer should know before trusting the numbers. Neither stops a pull request (design, section 8). */

export function driftNote(drift: readonly ParamDrift[]): string {
  const rows = drift.map(({ param, expected, actualText }) => [
    codeSpan(param),
    valueCell(JSON.stringify(expected)),
    valueCell(actualText),
  ]);
  return [
    "⚠️ **Drift:** the base branch no longer has the values this proposal was made from. What it was measured against may not be what runs today.",
    table([{ title: "Param" }, { title: "Expected" }, { title: "On the base branch" }], rows),
  ].join("\n\n");
}

export function outOfRangeNote(outOfRange: readonly OutOfRange[]): string {
  const rows = outOfRange.map(({ param, value, low, high }) => [
    codeSpan(param),
    valueCell(JSON.stringify(value)),
    `${low ?? "−∞"} … ${high ?? "∞"}`,
  ]);
  return [
    "⚠️ **Out of range:** the template declares another range for these values.",
    table([{ title: "Param" }, { title: "To" }, { title: "Declared range" }], rows),
  ].join("\n\n");
}
