import { type ObjectNode, parseJsonTree } from "./json-tree.ts";

/** A params file holds a few hundred values; what is larger is not one. */
export const PARAMS_FILE_BYTES_MAX = 8 * 1024 * 1024;

const BYTE_ORDER_MARK = "\uFEFF";

export type ReadParams =
  /** `bom` + `text` encoded as UTF-8 are the file's bytes again, exactly. */
  | { kind: "read"; bom: string; text: string; root: ObjectNode }
  /** `message` says what the file is instead, and where: "not valid JSON: colon expected at line 3, column 5". */
  | { kind: "unreadable"; message: string };

/** Decodes a params file, strictly: UTF-8 with or without a byte order mark, one JSON object, comments allowed. */
export function readParams(bytes: Uint8Array): ReadParams {
  if (bytes.byteLength > PARAMS_FILE_BYTES_MAX) {
    const message = `too large: ${bytes.byteLength} bytes, at most ${PARAMS_FILE_BYTES_MAX} are read`;
    return { kind: "unreadable", message };
  }
  const decoded = decodeUtf8(bytes);
  if (decoded === undefined) {
    return { kind: "unreadable", message: `not UTF-8 text at ${findBrokenUtf8(bytes)}` };
  }
  const bom = decoded.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
  const text = decoded.slice(bom.length);
  const tree = parseJsonTree(text);
  if (tree.kind === "broken") {
    const message = `not valid JSON: ${tree.message} at line ${tree.line}, column ${tree.column}`;
    return { kind: "unreadable", message };
  }
  if (tree.root.type !== "object") {
    const found = tree.root.type === "array" ? "an array" : "a single value";
    const place = describePlace(text.slice(0, tree.root.start));
    return { kind: "unreadable", message: `not a JSON object but ${found} at ${place}` };
  }
  return { kind: "read", bom, text, root: tree.root };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    // ignoreBOM keeps the mark in the text: it has to be written back.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Where the first byte stands that is not UTF-8: the lenient decoder puts U+FFFD there, which the bytes themselves
 * may also hold, as EF BF BD.
 */
function findBrokenUtf8(bytes: Uint8Array): string {
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  let byte = 0;
  let index = 0;
  for (const character of lenient) {
    if (
      character === "\uFFFD" &&
      !(bytes[byte] === 0xef && bytes[byte + 1] === 0xbf && bytes[byte + 2] === 0xbd)
    ) {
      break;
    }
    byte += Buffer.byteLength(character);
    index += character.length;
  }
  return describePlace(lenient.slice(0, index).replace(BYTE_ORDER_MARK, ""));
}

function describePlace(before: string): string {
  const lines = before.split(/\r\n|\n|\r/);
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}
