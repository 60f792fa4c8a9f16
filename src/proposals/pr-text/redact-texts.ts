/**
 * Takes secrets out of every text in a value, names of members included. Done before a text is escaped or its links are
 * broken up: afterwards `ghs\_…` or `https:/\u200B/user:…` would not be recognised, and GitHub shows them unbroken.
 */
export const redactTexts = <T>(value: T, redact: (text: string) => string): T => {
  if (typeof value === "string") return redact(value) as T;
  if (Array.isArray(value)) return value.map((item) => redactTexts(item, redact)) as T;
  if (!isPlainObject(value)) return value;
  const members = Object.entries(value).map(([name, item]) => [redact(name), redactTexts(item, redact)]);
  return Object.fromEntries(members) as T;
};

const isPlainObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
