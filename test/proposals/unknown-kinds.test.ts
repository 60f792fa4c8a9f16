import { expect, it } from "vitest";
import { validateConfigDiff } from "../../src/proposals/config-diff.ts";
import { toCompactText, toJson } from "../../src/proposals/params-file/json-tree.ts";
import { sameValue } from "../../src/proposals/params-file/same-value.ts";
import { planChange } from "../../src/proposals/plan-change.ts";
import { verdictNote } from "../../src/proposals/pr-text/change-verdict.ts";
import { checkOutput } from "../../src/proposals/pr-text/check-output.ts";
import { commandAnswer } from "../../src/proposals/pr-text/command-answer.ts";
import { chartSection } from "../../src/proposals/pr-text/pr-comment.ts";

/** What the types rule out, and a mistake elsewhere or a newer row in the database could bring all the same. */
const unknown = { kind: "later", type: "later" } as never;
const comment = { login: "ada", commentId: 1 };

it.each<[string, () => unknown, string]>([
  ["a declared type", () => validateConfigDiff({ p: { to: 1 } }, { p: unknown }), "unknown parameter type"],
  ["a file", () => planChange("p.json", unknown, {}, []), "unknown kind"],
  ["a node as a value", () => toJson(unknown), "unknown node"],
  ["a node as text", () => toCompactText("", unknown), "unknown node"],
  ["a node to compare", () => sameValue("", unknown, 1), "unknown node"],
  ["a verdict in a note", () => verdictNote(unknown), "unknown verdict"],
  ["a verdict in a check", () => checkOutput({ verdict: unknown } as never), "unknown verdict"],
  ["a refusal", () => commandAnswer(unknown, comment), "unknown refusal"],
  ["a chart", () => chartSection({ digest: null }, unknown), "unknown chart"],
])("%s of a kind nobody knows ends in an error, not in silence", (_, work, message) => {
  expect(work).toThrow(TypeError);
  expect(work).toThrow(message);
});
