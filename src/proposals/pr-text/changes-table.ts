import { codeSpan, table } from "../markdown.ts";
import type { ParamChange } from "../params-file.ts";
import { valueCell } from "./values.ts";

/** Parameters with the value on base, as the file spells it, and the proposed one. */
export function changesTable(changes: readonly Pick<ParamChange, "param" | "fromText" | "to">[]): string {
  return table(
    [{ title: "Param" }, { title: "From" }, { title: "To" }],
    changes.map(({ param, fromText, to }) => [
      codeSpan(param),
      valueCell(fromText),
      valueCell(JSON.stringify(to)),
    ]),
  );
}
