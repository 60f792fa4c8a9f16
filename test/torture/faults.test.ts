import { describe, expect, it } from "vitest";
import type { Fetch } from "../../src/github/bounded-fetch.ts";
import { createFaultsPart, type FaultsOptions, faultsPart } from "../../torture/faults/faults-part.ts";
import { createRandom } from "../../torture/random.ts";
import { createTestDatabase } from "../support/postgres.ts";
import { runShort, seed } from "./trial.ts";

/** A busy machine takes far longer than the few seconds of an idle one. */
const TIMEOUT_MS = 180_000;

it(
  "whatever goes wrong with GitHub, a job ends as it should, and leaves one of everything",
  async () => {
    const { figures } = await runShort(faultsPart);
    expect(figures["faults injected (cells)"]).toBeGreaterThan(10);
  },
  TIMEOUT_MS,
);

describe("a defect is found", { timeout: TIMEOUT_MS }, () => {
  const violationsOf = async (options: FaultsOptions): Promise<string[]> => {
    const { violations } = await createFaultsPart(options).run({
      size: "short",
      thorough: false,
      random: createRandom(seed),
      createDatabase: createTestDatabase,
      note: () => undefined,
      signal: new AbortController().signal,
    });
    return violations;
  };
  const meeting = (request: string, fault: string): FaultsOptions["only"] => ({
    plays: ["open_pr"],
    cells: ({ planned: [first] }) => first?.at.name === request && first.fault.name === fault && !first.lasts,
  });
  const COMMENT = "POST /repos/{repository}/issues/{}/comments";

  it("that sends again what got no answer, without looking", async () => {
    const plant =
      (fetch: Fetch): Fetch =>
      (input, init) =>
        fetch(input, init).catch(() => fetch(input, init));
    const violations = await violationsOf({ plant, only: meeting(COMMENT, "reset after the effect") });
    expect(violations).toEqual([
      `open_pr, ${COMMENT} #1 × reset after the effect: there are 2 comments with the chart`,
    ]);
  });

  it("that does not wait as long as GitHub asks", async () => {
    const plant =
      (fetch: Fetch): Fetch =>
      async (input, init) => {
        const response = await fetch(input, init);
        const headers = new Headers(response.headers);
        headers.delete("retry-after");
        return response.status === 429 ? new Response(response.body, { status: 429, headers }) : response;
      };
    const violations = await violationsOf({ plant, only: meeting(COMMENT, "429 for 5 s") });
    expect(violations).toEqual([
      `open_pr, ${COMMENT} #1 × 429 for 5 s: ${COMMENT} was sent again after 60000 ms, and not after 5000 to 5000`,
    ]);
  });
});
