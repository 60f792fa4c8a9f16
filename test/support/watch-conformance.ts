import type { Sandbox } from "../../sandbox/sandbox.ts";
import { githubConformance } from "./openapi-conformance.ts";

/** @returns a list that grows by one message for every exchange that GitHub's description does not allow. */
export function watchConformance(sandbox: Pick<Sandbox, "onExchange">): string[] {
  const conformance = githubConformance();
  const violations: string[] = [];
  sandbox.onExchange((exchange) => {
    try {
      conformance.checkExchange(exchange);
    } catch (error) {
      violations.push(error instanceof Error ? error.message : String(error));
    }
  });
  return violations;
}
