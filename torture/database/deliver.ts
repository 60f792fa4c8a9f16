import { createHmac, randomUUID } from "node:crypto";
import type { Stage } from "./stage.ts";

/** Delivers an event about an installation as GitHub would, until it is taken; the same delivery each time. */
export const deliver = async (
  { caller, sandbox, ledger, told }: Pick<Stage, "caller" | "sandbox" | "ledger" | "told">,
  installationId: number,
): Promise<void> => {
  const guid = randomUUID();
  const body = JSON.stringify({
    action: "new_permissions_accepted",
    installation: { id: installationId },
    sender: { login: "alice" },
  });
  const signature = createHmac("sha256", sandbox.secrets.webhook_secret).update(body).digest("hex");
  const answered = await caller.insist({
    method: "POST",
    path: "/api/github/webhooks",
    body,
    headers: {
      "x-github-event": "installation",
      "x-github-delivery": guid,
      "x-hub-signature-256": `sha256=${signature}`,
    },
  });
  if (answered.status === 202) ledger.deliveries.add(guid);
  else told.violation(`a delivery ended with ${answered.status} ${answered.code}`);
};
