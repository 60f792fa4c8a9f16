import { randomBytes } from "node:crypto";

/** Each may ask 3,000 times a minute, and what is refused for that reason is not attacked. */
const TOKENS = 8;

/** Tokens of every scope that differ in their name alone. */
export const createTokens = () => {
  const first = randomBytes(24).toString("hex");
  const secrets = [first, ...Array.from({ length: TOKENS - 1 }, () => randomBytes(24).toString("hex"))];
  const setting = secrets.map((secret, index) => `test${index}:read+write+metrics:${secret}`).join(",");
  return { first, secrets, setting };
};
