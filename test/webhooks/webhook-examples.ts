import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

export interface Example {
  /** Such as `pull_request/closed #2`. */
  title: string;
  /** Such as `pull_request/closed`, or `status`. */
  key: string;
  event: string;
  payload: Record<string, unknown>;
}

const path = createRequire(import.meta.url).resolve("@octokit/webhooks-examples");

/** Every payload of github.com that GitHub and its users have published as an example. */
export const WEBHOOK_EXAMPLES: readonly Example[] = (
  JSON.parse(readFileSync(path, "utf8")) as { name: string; examples: Example["payload"][] }[]
).flatMap(({ name, examples }) =>
  examples.map((payload, at) => {
    const key = typeof payload.action === "string" ? `${name}/${payload.action}` : name;
    return { title: `${key} #${at + 1}`, key, event: name, payload };
  }),
);
