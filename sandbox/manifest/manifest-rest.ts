import { createHash, randomBytes } from "node:crypto";
import { appAnswer } from "../answers/account.ts";
import { notFound } from "../github-error.ts";
import type { Rest } from "../rest/rest.ts";
import type { SandboxSecrets } from "../secrets.ts";
import type { Site } from "../site.ts";
import type { Store } from "../state/store.ts";
import type { ManifestCodes } from "./manifest-codes.ts";

const CLIENT_SECRET_BYTES = 20;

/** The end of the manifest flow: a code becomes the credentials of this GitHub's one app. */
export function manifestRest(
  rest: Rest,
  {
    site,
    store,
    secrets,
    codes,
  }: { site: Site; store: Store; secrets: SandboxSecrets; codes: ManifestCodes },
): void {
  rest.anyone("POST", "/app-manifests/:code/conversions", ({ params }) => {
    if (!codes.take(params.code ?? "")) throw notFound();
    const digest = createHash("sha256").update(`client ${secrets.app_id}`).digest("hex");
    const body = {
      ...appAnswer(site, store.state),
      client_id: `Iv1.${digest.slice(0, 16)}`,
      client_secret: randomBytes(CLIENT_SECRET_BYTES).toString("hex"),
      webhook_secret: secrets.webhook_secret,
      pem: secrets.private_key,
    };
    return { status: 201, body };
  });
}
