/**
 * The last-resort filter: text that leaves for a log, GitHub or the database passes through it, in case a secret got
 * into it. It knows the shapes of secrets and the configured secrets themselves. Nothing relies on it alone.
 *
 * Every pattern takes time linear in the text: a repeated class is followed by something outside of it, or by nothing
 * that can fail. A serialized JSON line stays valid JSON: no match ends in the middle of an escape.
 */

const REDACTED = "[redacted]";
/** A shorter value would be found in innocent words. */
const SECRET_LENGTH_MIN = 8;
/** A secret's spelling may be that much shorter: see {@link withoutFinalBackslashes}. */
const SPELLING_LENGTH_MIN = 6;

/**
 * GitHub's tokens: classic, fine-grained, and the long form of installation tokens, `ghs_APPID_JWT`, whose tail holds
 * dots and dashes.
 */
const GITHUB_TOKEN = /(?:gh[oprsu]_|github_pat_)[A-Za-z0-9_]{16,}[A-Za-z0-9_.-]*/g;
/** Installation tokens of old Enterprise hosts. */
const OLD_GITHUB_TOKEN = /v1\.[0-9a-f]{40}/g;
/** `x-access-token:` with what follows, in base64: git's user and password, without the word that leads them in. */
const BASIC_TOKEN = /eC1hY2Nlc3MtdG9rZW46[A-Za-z0-9+/_-]+={0,2}/g;
/** A PEM block, read piece by piece: as one pattern a long one overflows the stack of regular expressions. */
const PEM_BEGIN = /-----BEGIN [A-Z0-9 ]{1,40}-----/g;
/** What lies between: base64, headers such as `Proc-Type: 4,ENCRYPTED`, line breaks, escaped or not. */
const PEM_PIECE = /[A-Za-z0-9+/=\s,:]+|\\+[nrt]|-(?!-)/y;
const PEM_END = /-----END [A-Z0-9 ]{1,40}-----/y;
/** User and password of a URL, up to the last `@` of its authority. */
const URL_CREDENTIALS = /(:\/\/)[^\s/?#"'<>\\]+@/g;
/**
 * An Authorization header with its value: as a header line, or as a quoted member whose value is quoted too (JSON's
 * `null` stays), in JSON within JSON as well.
 */
const AUTHORIZATION =
  /(authorization(?:\s*[:=]|\\*["']\s*:\s*\[?\s*\\*["'])\s*(?:(?:bearer|basic|token)\s+)?)[^\s"'\\,;]+/gi;
/** The same value by itself. Long, because "basic" and "token" are words too. */
const SCHEME_AND_VALUE = /((?:bearer|basic|token)[ \t]+)[A-Za-z0-9._~+/=-]{20,}/gi;
const UNICODE_ESCAPE_DIGITS = 4;
/** What JWTs are made of; see {@link redactJwt}. */
const TOKEN_RUN = /[A-Za-z0-9_.-]+/g;

export type Redactor = (text: string) => string;

/** @param secrets the configured secrets' values; those shorter than 8 characters are left out */
export const createRedactor = (secrets: readonly string[]): Redactor => {
  const known = [...new Set(secrets)].filter((secret) => secret.length >= SECRET_LENGTH_MIN);
  const spellings = [...new Set(known.flatMap(spellingsOf))]
    .filter((spelling) => spelling.length >= SPELLING_LENGTH_MIN)
    // The longest first, so that no shorter one leaves the rest of it behind.
    .sort((a, b) => b.length - a.length);

  return (text) => {
    let clean = text;
    for (const spelling of spellings) clean = redactSpelling(clean, spelling);
    return redactPem(clean)
      .replace(URL_CREDENTIALS, `$1${REDACTED}@`)
      .replace(GITHUB_TOKEN, REDACTED)
      .replace(OLD_GITHUB_TOKEN, REDACTED)
      .replace(BASIC_TOKEN, REDACTED)
      .replace(TOKEN_RUN, redactJwt)
      .replace(AUTHORIZATION, `$1${REDACTED}`)
      .replace(SCHEME_AND_VALUE, `$1${REDACTED}`);
  };
};

/** The forms in which a secret may stand in a text. */
const spellingsOf = (secret: string): string[] => {
  const inJson = escapedAsJson(secret);
  const inUrl = encodeURIComponent(secret.toWellFormed());
  return [
    secret,
    inJson,
    escapedAsJson(inJson),
    inUrl,
    inUrl.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()),
    ...base64sOf(secret),
  ].map(withoutFinalBackslashes);
};

const escapedAsJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** A backslash at the end could be the start of an escape in the text around it. */
const withoutFinalBackslashes = (text: string): string => {
  let end = text.length;
  while (text[end - 1] === "\\") end--;
  return text.slice(0, end);
};

/**
 * Base64 of the secret wherever it stands in what was encoded, as in `x-access-token:<secret>`: a byte falls in one of
 * three places of a group, and the characters that also hold bits of the neighbours are left off.
 */
const base64sOf = (secret: string): string[] =>
  [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor((bytes.length * 8) / 6);
    return [bytes.toString("base64").slice(start, end), bytes.toString("base64url").slice(start, end)];
  });

/** Replaces a configured secret. Without a regular expression: its characters mean themselves. */
const redactSpelling = (text: string, spelling: string): string => {
  let at = text.indexOf(spelling);
  if (at === -1) return text;
  // Digits by themselves may be a number of a JSON line, which a word in its place would break.
  const replacement = /^\d+$/.test(spelling) ? "1" : REDACTED;
  let clean = "";
  let from = 0;
  while (at !== -1) {
    clean += text.slice(from, Math.max(from, escapeStart(text, at))) + replacement;
    from = at + spelling.length;
    at = text.indexOf(spelling, from);
  }
  return clean + text.slice(from);
};

/** Where the escape of JSON starts that `at` stands in the middle of (`\n`, `\u001f`): it goes as a whole. Else `at`. */
const escapeStart = (text: string, at: number): number => {
  if (isEscaped(text, at)) return at - 1;
  for (let u = at - 1; u >= at - UNICODE_ESCAPE_DIGITS; u--) {
    if (text[u] === "u" && isEscaped(text, u)) return u - 1;
  }
  return at;
};

/** After an odd number of backslashes. */
const isEscaped = (text: string, at: number): boolean => {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
};

/** Also takes out a block whose end was cut off. */
const redactPem = (text: string): string => {
  let clean = "";
  let from = 0;
  for (const begin of text.matchAll(PEM_BEGIN)) {
    clean += text.slice(from, begin.index) + REDACTED;
    from = begin.index + begin[0].length;
    for (let end = endOf(PEM_PIECE, text, from); end > from; end = endOf(PEM_PIECE, text, from)) from = end;
    from = endOf(PEM_END, text, from);
  }
  return clean + text.slice(from);
};

/** Where a sticky pattern's match that starts at `at` ends; `at` when there is none. */
const endOf = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
};

/**
 * A JWT is three runs of base64url with dots between, the first of which starts with `{"` encoded. Looked for inside a
 * whole run of such characters, because a pattern that may start anywhere in one would be quadratic.
 */
const redactJwt = (run: string, offset: number, text: string): string => {
  const found = run.indexOf("eyJ");
  if (found === -1) return run;
  // The last digit of an escape such as `\u000e` stays.
  const start = escapeStart(text, offset + found) < offset + found ? found + 1 : found;
  return run.slice(found).split(".", 3).length === 3 ? run.slice(0, start) + REDACTED : run;
};
