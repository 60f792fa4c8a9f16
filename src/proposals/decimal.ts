/**
 * Numbers as people write them: equal when their decimal values are equal, whatever the spelling and however
 * many digits. A double is the wrong tool here: 12345678901234567 and 12345678901234568 are the same double.
 */

/** A longer exponent is compared as it is spelled; no double and no reasonable file comes near it. */
const EXPONENT_DIGITS_MAX = 15;

const JSON_NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?)0*(\d+))?$/;

/** `token` is a number as JSON spells it. Two tokens mean the same decimal value when their keys are equal. */
export function decimalKey(token: string): string {
  const match = JSON_NUMBER.exec(token);
  if (match === null) return token;
  const [, sign, whole, fraction = "", exponentSign = "", exponentDigits = ""] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const significant = withoutTrailingZeros(digits);
  if (significant === "") return "0";
  if (exponentDigits.length > EXPONENT_DIGITS_MAX) return token;
  const written = Number(`${exponentSign}${exponentDigits}`);
  // As if the digits stood behind a decimal point.
  const exponent = written - fraction.length + digits.length;
  return `${sign}${significant}e${exponent}`;
}

/** Whether the number a file spells as `token` is exactly the one `JSON.stringify(value)` would write. */
export function sameDecimal(token: string, value: number): boolean {
  return decimalKey(token) === decimalKey(String(value));
}

/** Whether a number in a request keeps its decimal value as a double, so that it can be written back unchanged. */
export function keepsDecimalValue(token: string): boolean {
  const value = Number(token);
  return Number.isFinite(value) && sameDecimal(token, value);
}

/** A regular expression such as `/0+$/` takes quadratic time on many zeros that don't stand at the end. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === "0") end -= 1;
  return digits.slice(0, end);
}
