import { createHmac } from "node:crypto";

/** GitHub's ends in the revision that runs at the time. */
const USER_AGENT = "GitHub-Hookshot/5c9d1e2";
/** Keeps the hook's id from being that of anything else. */
const HOOK_ID_OFFSET = 500_000_000;

interface SignedDelivery {
  guid: string;
  event: string;
  body: Buffer;
  appId: number;
  secret: string;
}

/** Source: "Delivery headers" in GitHub's documentation. */
export function deliveryHeaders({
  guid,
  event,
  body,
  appId,
  secret,
}: SignedDelivery): Record<string, string> {
  const sign = (algorithm: string): string =>
    `${algorithm}=${createHmac(algorithm, secret).update(body).digest("hex")}`;
  return {
    Accept: "*/*",
    "Content-Type": "application/json",
    "User-Agent": USER_AGENT,
    "X-GitHub-Delivery": guid,
    "X-GitHub-Event": event,
    "X-GitHub-Hook-ID": String(HOOK_ID_OFFSET + appId),
    "X-GitHub-Hook-Installation-Target-ID": String(appId),
    "X-GitHub-Hook-Installation-Target-Type": "integration",
    "X-Hub-Signature": sign("sha1"),
    "X-Hub-Signature-256": sign("sha256"),
  };
}
