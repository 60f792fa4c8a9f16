export const API_SCOPES = ["read", "write", "metrics"] as const;
export type ApiScope = (typeof API_SCOPES)[number];

export interface ApiToken {
  /** Shown in events and logs in place of the secret. */
  name: string;
  scopes: readonly ApiScope[];
  secret: string;
}

/** Who commands from GitHub act as on the timeline. */
const COMMANDS_NAME = "github";
const SECRET_CHARACTERS_MIN = 32;
const TOKENS_MAX = 50;

const isScope = (word: string): word is ApiScope => (API_SCOPES as readonly string[]).includes(word);

/**
 * Reads INTERNAL_API_TOKENS: comma-separated `secret` (every scope, named `token-1`, `token-2`, …) or
 * `name:scope+scope:secret`. Problems name the place in the list, never the secret.
 */
export const parseApiTokens = (text: string | undefined): { tokens: ApiToken[]; problems: string[] } => {
  const tokens: ApiToken[] = [];
  const problems: string[] = [];
  const entries = (text ?? "").split(",").map((entry) => entry.trim());
  for (const [index, entry] of entries.entries()) {
    if (entry === "") continue;
    const place = `INTERNAL_API_TOKENS, entry ${index + 1}:`;
    const parts = entry.split(":");
    if (parts.length !== 1 && parts.length !== 3) {
      problems.push(`${place} must be a secret, or name:scope+scope:secret`);
      continue;
    }
    const [name, scopeWords, secret] =
      parts.length === 3
        ? (parts as [string, string, string])
        : [`token-${index + 1}`, API_SCOPES.join("+"), entry];
    const scopes = scopeWords.split("+");
    if (!/^[A-Za-z0-9._-]{1,40}$/.test(name))
      problems.push(`${place} the name must be 1 to 40 of A-Z a-z 0-9 . _ -`);
    if (name === COMMANDS_NAME)
      problems.push(`${place} the name ${COMMANDS_NAME} is for commands in comments`);
    if (!scopes.every(isScope)) problems.push(`${place} scopes are ${API_SCOPES.join(", ")}`);
    if (secret.length < SECRET_CHARACTERS_MIN) {
      problems.push(`${place} the secret must have at least ${SECRET_CHARACTERS_MIN} characters`);
    }
    tokens.push({ name, scopes: scopes.filter(isScope), secret });
  }
  if (tokens.length > TOKENS_MAX) problems.push(`INTERNAL_API_TOKENS holds more than ${TOKENS_MAX} entries`);
  if (new Set(tokens.map((token) => token.name)).size < tokens.length) {
    problems.push("INTERNAL_API_TOKENS names a token twice");
  }
  if (new Set(tokens.map((token) => token.secret)).size < tokens.length) {
    problems.push("INTERNAL_API_TOKENS holds the same secret twice");
  }
  return { tokens, problems };
};
