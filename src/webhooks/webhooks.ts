import { createWebhookIntake, type IntakeDeps, type WebhookIntake } from "./intake.ts";
import { createVerifySignature, type VerifySignature } from "./verify-signature.ts";

/** What the HTTP server does with GitHub's deliveries. */
export interface Webhooks extends WebhookIntake {
  verify: VerifySignature;
}

/** @param secrets the present one first, then the one before it while it is being rotated */
export const createWebhooks = async ({
  secrets,
  ...deps
}: IntakeDeps & { secrets: readonly string[] }): Promise<Webhooks> => ({
  verify: createVerifySignature(secrets),
  ...(await createWebhookIntake(deps)),
});
