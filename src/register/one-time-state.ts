import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";

/** GitHub gives the whole flow an hour. */
export const STATE_LIFETIME_MS = 60 * 60 * 1_000;

/** What comes back from GitHub with the code, and proves that the journey began on our page. */
export interface OneTimeState {
  /** The one that is good now; made when there is none. */
  current(): string;
  /** Whether this is the one. It stays good until it is spent: a page that failed may be loaded again. */
  matches(given: string): boolean;
  spend(): void;
}

/** @param random an unguessable text, another one at each call */
export const createOneTimeState = ({
  clock,
  random,
}: {
  clock: Pick<Clock, "now">;
  random: () => string;
}): OneTimeState => {
  let issued: { value: string; until_ms: number } | null = null;
  const good = () => (issued !== null && clock.now() < issued.until_ms ? issued : null);
  return {
    current() {
      issued = good() ?? { value: random(), until_ms: clock.now() + STATE_LIFETIME_MS };
      return issued.value;
    },
    matches(given) {
      const wanted = good();
      return wanted !== null && timingSafeEqual(digest(wanted.value), digest(given));
    },
    spend() {
      issued = null;
    },
  };
};

/** Of one length, whatever is sent: {@link timingSafeEqual} needs that. */
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
