import { randomBytes } from "node:crypto";
import type { TestService } from "../../test/support/start-service.ts";

/** From one address in a minute; more than that would be guessing. */
const GUESSES_MAX = 120;

/**
 * Guesses tokens until nobody listens any more: at most so many guesses are told that they are wrong, whatever address they
 * claim to come from, and whoever has a right token is let in all the same.
 */
export const guessTokens = async ({ api, token }: Pick<TestService, "api" | "token">): Promise<string[]> => {
  const guess = (index: number) => {
    const secret =
      index % 2 === 0 ? token.slice(0, -1) + "0123456789abcdef"[index % 16] : randomBytes(24).toString("hex");
    const headers = { "x-forwarded-for": `10.0.0.${index}`, forwarded: `for=10.0.0.${index}` };
    return api.request("GET", "/clusters", { token: secret === token ? `${token}x` : secret, headers });
  };
  for (let told = 0; told <= GUESSES_MAX; told += 1) {
    const answer = await guess(told);
    if (answer.status === 401) continue;
    if (answer.status !== 429) return [`guess ${told} of a token is answered ${answer.status}`];
    if (!answer.headers.has("retry-after")) return ["too many guesses are refused without Retry-After"];
    const { status } = await api.request("GET", "/clusters?limit=1");
    return status === 200 ? [] : [`a right token is answered ${status} from where wrong ones came from`];
  }
  return [`more than ${GUESSES_MAX} guesses of a token were listened to`];
};
