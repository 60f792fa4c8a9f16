import { createHmac, randomUUID } from "node:crypto";
import type { LeakWorld } from "../leak-world.ts";
import { expectStatus } from "./expect-status.ts";
import type { Provocation } from "./provocation.ts";

const ANSWER_TIMEOUT_MS = 10_000;

/** Deliveries in GitHub's name whose payloads hold secrets: good ones, odd ones, and such as no GitHub sends. */
export const deliveries: Provocation[] = [
  {
    name: "deliveries whose payloads hold secrets",
    run: async (world) => {
      const { githubPaste, webhookSecret, webhookSecretPrevious } = world.canaries;
      const { text: paste, token: pastedToken } = githubPaste;
      const installation = { id: 4_711, account: { login: pastedToken, id: 1, type: "User" } };
      const repository = { id: 4_712, full_name: paste, name: pastedToken, owner: { login: pastedToken } };
      const pull = { number: 1, title: paste, body: paste, head: { ref: pastedToken, sha: pastedToken } };
      const all = { installation, repository, sender: { login: paste }, key: webhookSecret };
      const payloads: Record<string, object> = {
        pull_request: { action: "closed", pull_request: pull, ...all },
        issue_comment: {
          action: "created",
          issue: { number: 1 },
          comment: { id: 1, body: `/relyloop ${paste}` },
          ...all,
        },
        installation: { action: "created", ...all },
        repository: { action: "renamed", changes: { repository: { name: { from: paste } } }, ...all },
        check_run: { action: "rerequested", check_run: { external_id: paste, app: { id: 1 } }, ...all },
        status: { sha: pastedToken, context: paste, description: paste, ...all },
        nobody_knows_this: { action: paste, ...all },
      };
      for (const secret of [webhookSecret, webhookSecretPrevious]) {
        for (const [event, payload] of Object.entries(payloads))
          await deliver(world, { event, payload, secret });
      }
      expectStatus(
        401,
        await deliver(world, { event: "status", payload: all, secret: pastedToken }),
        "a wrong secret",
      );
      const broken = { event: "status", payload: `{"${paste}`, secret: webhookSecret };
      expectStatus(400, await deliver(world, broken), "a delivery that is no JSON");
      const odd = { event: paste.slice(0, 50), payload: all, secret: webhookSecret };
      expectStatus(400, await deliver(world, odd), "an event that is none");
    },
  },
];

interface Delivery {
  event: string;
  payload: object | string;
  secret: string;
}

const deliver = async (
  { webUrl }: Pick<LeakWorld, "webUrl">,
  { event, payload, secret }: Delivery,
): Promise<{ status: number }> => {
  const body = typeof payload === "string" ? payload : JSON.stringify(payload);
  const response = await fetch(`${webUrl}/api/github/webhooks`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": event,
      "x-github-delivery": randomUUID(),
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    },
    body,
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  await response.arrayBuffer();
  return { status: response.status };
};
