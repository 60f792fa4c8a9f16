import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";

const DOCUMENT = "webhooks.json";
/** GitHub's published payload schemas, unchanged. */
const SCHEMAS = new URL(import.meta.resolve("@octokit/webhooks-schemas/schema.json"));

export interface WebhookConformance {
  /** Throws when GitHub's schemas have no such event and action, or do not allow this payload of it. */
  check(event: string, payload: unknown): void;
}

export function createWebhookConformance(): WebhookConformance {
  const document = JSON.parse(readFileSync(SCHEMAS, "utf8")) as { definitions: Record<string, object> };
  // They hold keywords meant for TypeScript; with references inlined, large schemas would be compiled over and over.
  const ajv = new Ajv({ strict: false, allErrors: true, inlineRefs: false });
  formats.default(ajv);
  ajv.addSchema(document, DOCUMENT);
  const compiled = new Map<string, ValidateFunction>();

  function validator(name: string): ValidateFunction {
    const known = compiled.get(name);
    if (known) return known;
    if (!document.definitions[name]) throw new Error(`GitHub has no webhook payload ${name}`);
    const validate = ajv.compile({ $ref: `${DOCUMENT}#/definitions/${encodeURIComponent(name)}` });
    compiled.set(name, validate);
    return validate;
  }

  return {
    check(event, payload) {
      const { action } = (payload ?? {}) as { action?: unknown };
      // Events without actions have one definition under this name.
      const name = `${event}$${typeof action === "string" ? action : "event"}`;
      const validate = validator(name);
      if (!validate(payload))
        throw new Error(`${name}: ${ajv.errorsText(validate.errors, { dataVar: "payload" })}`);
    },
  };
}
