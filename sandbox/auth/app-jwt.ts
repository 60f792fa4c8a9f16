import { type KeyObject, verify } from "node:crypto";
import { GitHubError } from "../github-error.ts";

/** GitHub refuses assertions that live longer. */
const LIFETIME_S_MAX = 600;
/** How far apart the two clocks may be. */
const SKEW_S = 60;

/**
 * Checks an app's assertion (RS256) and throws GitHub's refusal when it isn't good. Source: "Generating a JSON Web
 * Token (JWT) for a GitHub App" in GitHub's documentation.
 */
export function verifyAppJwt(jwt: string, app: { id: number; publicKey: KeyObject }, now_ms: number): void {
  const [header = "", payload = "", signature = "", ...rest] = jwt.split(".");
  const claims = decode(payload);
  const signed =
    rest.length === 0 &&
    decode(header)?.alg === "RS256" &&
    claims !== null &&
    verify(
      "RSA-SHA256",
      Buffer.from(`${header}.${payload}`),
      app.publicKey,
      Buffer.from(signature, "base64url"),
    );
  if (!signed) throw new GitHubError(401, "A JSON web token could not be decoded");

  const now_s = now_ms / 1000;
  const { iss, iat, exp } = claims;
  if (String(iss) !== String(app.id)) throw new GitHubError(404, "Integration not found");
  if (typeof iat !== "number" || iat > now_s + SKEW_S) {
    throw new GitHubError(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  if (typeof exp !== "number" || exp <= now_s) {
    throw new GitHubError(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > now_s + LIFETIME_S_MAX + SKEW_S) {
    throw new GitHubError(401, "'Expiration time' claim ('exp') is too far in the future");
  }
}

function decode(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
