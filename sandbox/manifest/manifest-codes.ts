import { randomBytes } from "node:crypto";
import type { Clock } from "../../src/clock.ts";

const LIFETIME_MS = 60 * 60 * 1_000;
/** GitHub's have 40 hexadecimal digits. */
const CODE_BYTES = 20;
const CODES_MAX = 1_000;

/** Codes for an app's credentials: each good once, and for an hour. They do not outlive the process. */
export interface ManifestCodes {
  issue(): string;
  /** @returns whether it was good */
  take(code: string): boolean;
}

export function createManifestCodes(clock: Pick<Clock, "now">): ManifestCodes {
  const until_ms = new Map<string, number>();
  return {
    issue() {
      const code = randomBytes(CODE_BYTES).toString("hex");
      const [oldest] = until_ms.keys();
      if (until_ms.size >= CODES_MAX && oldest !== undefined) until_ms.delete(oldest);
      until_ms.set(code, clock.now() + LIFETIME_MS);
      return code;
    },
    take(code) {
      const good = (until_ms.get(code) ?? 0) > clock.now();
      until_ms.delete(code);
      return good;
    },
  };
}
