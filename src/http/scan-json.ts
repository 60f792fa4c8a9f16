import { keepsDecimalValue } from "../proposals/decimal.ts";

/** What can be told of a JSON text without building anything from it. */
export interface JsonScan {
  /** Deepest nesting of arrays and objects. */
  depth: number;
  /** Commas and opening brackets: at least the number of values, less one. */
  values: number;
  /** Whether a number stands in it that does not keep its decimal value as a double. */
  hasInexactNumber: boolean;
}

const NUMBER = /-?\d[\d.eE+-]*/y;

const [QUOTE, BACKSLASH, COMMA, MINUS, ZERO, NINE] = [0x22, 0x5c, 0x2c, 0x2d, 0x30, 0x39];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Walks once over the text, with the stack of nobody: JSON.parse with a reviver recurses, and is slow on bodies of
 * thousands of trials. Says something of any text; whether it is JSON is for JSON.parse to say.
 */
export const scanJson = (text: string): JsonScan => {
  const scan: JsonScan = { depth: 0, values: 0, hasInexactNumber: false };
  let level = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    switch (character) {
      case QUOTE:
        index = endOfString(text, index);
        break;
      case COMMA:
        scan.values += 1;
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        scan.values += 1;
        level += 1;
        scan.depth = Math.max(scan.depth, level);
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        level -= 1;
        break;
      default:
        if (character !== MINUS && (character < ZERO || character > NINE)) break;
        NUMBER.lastIndex = index;
        if (!NUMBER.test(text)) break;
        if (!isExact(text.slice(index, NUMBER.lastIndex))) scan.hasInexactNumber = true;
        index = NUMBER.lastIndex - 1;
    }
  }
  return scan;
};

/** The index of the quote that ends the string begun at `start`. */
const endOfString = (text: string, start: number): number => {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index;
};

/** Most writers spell a number as JavaScript does, which is quickly seen. */
const isExact = (token: string): boolean => String(Number(token)) === token || keepsDecimalValue(token);
