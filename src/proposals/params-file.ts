import type { ConfigDiff } from "./config-diff.ts";
import type { Json } from "./json-value.ts";
import { insertMembers, type NewMember, type Splice } from "./params-file/insert-members.ts";
import { type JsonNode, type ObjectNode, toCompactText, toJson } from "./params-file/json-tree.ts";
import { type ReadParams, readParams } from "./params-file/read-params.ts";
import { resolveParam } from "./params-file/resolve-param.ts";
import { sameValue } from "./params-file/same-value.ts";

/** A parameter whose value on base is not the wanted one. */
export interface ParamChange {
  param: string;
  /** Value on base as JSON.parse gives it, and as the file spells it; both absent when base has none. */
  from?: Json;
  fromText?: string;
  to: Json;
}

/** A parameter whose value on base is not the one the proposal's author saw. */
export interface ParamDrift {
  param: string;
  expected: Json;
  /** Value on base as JSON.parse gives it, and as the file spells it; both absent when base has none. */
  actual?: Json;
  actualText?: string;
}

export type EditedParams =
  | { kind: "edited"; bytes: Uint8Array; changes: ParamChange[]; drift: ParamDrift[] }
  /** Every value is on base already. */
  | { kind: "no_changes"; drift: ParamDrift[] }
  /** One parameter's new value replaces the object another one is a member of: no file can satisfy both. */
  | { kind: "conflict"; params: [string, string]; message: string }
  | Extract<ReadParams, { kind: "unreadable" }>;

/** The edits of one file while they are collected. */
interface Plan {
  changes: ParamChange[];
  drift: ParamDrift[];
  replaced: { param: string; node: JsonNode; to: Json }[];
  added: Map<ObjectNode, { param: string; key: string; to: Json }[]>;
  /** What every parameter of the diff stands for, changed or not: its value, or the object it is to become a member of. */
  places: { param: string; node: JsonNode }[];
}

/**
 * Applies a diff to a params file in place (design, section 8): only the lines of changed values differ, everything
 * else stays byte for byte. Names are resolved against the file as it is ({@link resolveParam}), values compared by
 * what they mean ({@link sameValue}), new ones written as JSON.stringify spells them. Of duplicate keys the last one
 * counts, and it is the one edited. A `from` of null agrees with a parameter that base does not have.
 */
export function applyConfigDiff(bytes: Uint8Array, diff: ConfigDiff): EditedParams {
  const file = readParams(bytes);
  if (file.kind === "unreadable") return file;
  const { text, root } = file;

  const plan = planEdits(text, root, diff);
  if (plan.changes.length === 0) return { kind: "no_changes", drift: plan.drift };
  const conflict = findConflict(plan);
  if (conflict !== undefined) return conflict;

  const edited = file.bom + spliceText(text, collectSplices(text, root, plan));
  return {
    kind: "edited",
    bytes: new TextEncoder().encode(edited),
    changes: plan.changes,
    drift: plan.drift,
  };
}

function planEdits(text: string, root: ObjectNode, diff: ConfigDiff): Plan {
  const plan: Plan = { changes: [], drift: [], replaced: [], added: new Map(), places: [] };
  for (const [param, { from: expected, to }] of Object.entries(diff)) {
    const target = resolveParam(root, param);
    plan.places.push({ param, node: target.kind === "existing" ? target.value : target.object });
    if (target.kind === "existing") {
      const { value: node } = target;
      if (expected !== undefined && !sameValue(text, node, expected)) {
        plan.drift.push({ param, expected, actual: toJson(node), actualText: toCompactText(text, node) });
      }
      if (sameValue(text, node, to)) continue;
      plan.changes.push({ param, from: toJson(node), fromText: toCompactText(text, node), to });
      plan.replaced.push({ param, node, to });
    } else {
      if (expected !== undefined && expected !== null) plan.drift.push({ param, expected });
      plan.changes.push({ param, to });
      const siblings = plan.added.get(target.object) ?? [];
      plan.added.set(target.object, [...siblings, { param, key: target.key, to }]);
    }
  }
  return plan;
}

/** Whether a replaced object holds what another parameter stands for. No two parameters stand for the same value. */
function findConflict({ replaced, places }: Plan): EditedParams | undefined {
  for (const outer of replaced) {
    const inner = places.find(
      ({ param, node }) =>
        param !== outer.param && node.start >= outer.node.start && node.end <= outer.node.end,
    );
    if (inner !== undefined) {
      const message = `${outer.param} replaces the object that ${inner.param} is a member of`;
      return { kind: "conflict", params: [outer.param, inner.param], message };
    }
  }
  return undefined;
}

function collectSplices(text: string, root: ObjectNode, plan: Plan): Splice[] {
  const replacements = plan.replaced.map(({ node, to }) => ({
    start: node.start,
    end: node.end,
    text: JSON.stringify(to),
  }));
  const insertions = [...plan.added].flatMap(([object, members]) => {
    const spelled = members.map(({ key, to }): NewMember => ({ key, value: JSON.stringify(to) }));
    return insertMembers(text, root, object, spelled);
  });
  return [...replacements, ...insertions];
}

function spliceText(text: string, splices: readonly Splice[]): string {
  // A stable sort: where one edit ends and another begins, a replacement stays in front of an insertion.
  const inOrder = splices.toSorted((one, other) => one.start - other.start);
  const parts: string[] = [];
  let kept = 0;
  for (const splice of inOrder) {
    parts.push(text.slice(kept, splice.start), splice.text);
    kept = splice.end;
  }
  parts.push(text.slice(kept));
  return parts.join("");
}
