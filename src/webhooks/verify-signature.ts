import { Webhooks } from "@octokit/webhooks";

/** Whether GitHub signed this body. @param signature `X-Hub-Signature-256` */
export type VerifySignature = (body: string, signature: string) => Promise<boolean>;

/**
 * @param secrets the present one first, then the one before it while it is being rotated
 * @see https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const createVerifySignature = (secrets: readonly string[]): VerifySignature => {
  if (secrets.some((secret) => secret === "")) throw new TypeError("a webhook secret must not be empty");
  const verifiers = secrets.map((secret) => new Webhooks({ secret }));
  return async (body, signature) => {
    if (body === "" || signature === "") return false;
    for (const { verify } of verifiers) {
      if (await verify(body, signature)) return true;
    }
    return false;
  };
};
