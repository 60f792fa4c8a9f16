import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { AppError } from "../../errors.ts";
import { createBodyBudget } from "../body-budget.ts";
import type { HttpApp } from "../http-app.ts";
import type { Webhooks } from "../http-deps.ts";
import type { RateLimits } from "../rate-limits.ts";
import { SECURITY_HEADERS } from "../security-headers.ts";

/** Probot's default. */
export const WEBHOOKS_PATH = "/api/github/webhooks";

/** GitHub's own bound: https://docs.github.com/webhooks/webhook-events-and-payloads#payload-cap */
const BODY_BYTES_MAX = 25 * 1024 * 1024;
const ALL_BODIES_BYTES_MAX = 256 * 1024 * 1024;

const EVENT = /^[a-z][a-z0-9_]{0,99}$/;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * GitHub's deliveries. Whoever knows the secret gets 202 whatever the event is about; whoever does not learns nothing,
 * neither from the answer nor from what can be seen afterwards.
 */
export const webhookRoutes = async (app: HttpApp, webhooks: Webhooks, limits: RateLimits): Promise<void> => {
  const refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<never> => {
    await limits.guess(request, reply);
    throw new AppError("UNAUTHORIZED", "The delivery is not signed with this app's webhook secret.");
  };
  const admit = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    void reply.headers(SECURITY_HEADERS);
    await limits.delivery(request, reply);
    if (header(request, "x-hub-signature-256") === "") await refuse(request, reply);
    if (/^application\/x-www-form-urlencoded\b/i.test(request.headers["content-type"] ?? "")) {
      throw new AppError(
        "UNSUPPORTED_MEDIA_TYPE",
        "In the app's settings on GitHub, set the webhook's content type to application/json.",
      );
    }
  };

  // A scope of its own: elsewhere bodies are parsed before anybody sees them, here they are verified first.
  await app.register(async (scope) => {
    scope.addHook("onClose", () => webhooks.close());
    scope.addHook("onResponse", async (_request, reply) => {
      if (reply.statusCode >= 400) webhooks.refused();
    });
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      "application/json",
      { parseAs: "buffer" },
      async (_request: FastifyRequest, body: Buffer) => body,
    );
    scope.post(
      WEBHOOKS_PATH,
      {
        schema: { hide: true },
        helmet: false,
        bodyLimit: BODY_BYTES_MAX,
        onRequest: [
          admit,
          createBodyBudget({ all_bytes_max: ALL_BODIES_BYTES_MAX, body_bytes_max: BODY_BYTES_MAX }),
        ],
      },
      async (request, reply) => {
        const delivery = await readDelivery(request, webhooks);
        if (delivery === null) return refuse(request, reply);
        let outcome = "refused";
        try {
          outcome = await delivery.store();
        } finally {
          // For the line that tells of the answer. The logger is the request's own.
          const { guid, event } = delivery;
          (request.log as Logger).setBindings({ delivery_id: guid, github_event: event, outcome });
        }
        return reply.code(202).send({ message: "Taken in." });
      },
    );
  });
};

/**
 * Nothing large is kept from here on: many deliveries wait for the database at the same time.
 * @returns null when GitHub did not sign it
 */
const readDelivery = async (request: FastifyRequest, webhooks: Webhooks) => {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  request.body = undefined;
  // GitHub signs UTF-8; of other bytes the text would not be what was signed.
  const text = isUtf8(body) ? body.toString("utf8") : "";
  if (!(await webhooks.verify(text, header(request, "x-hub-signature-256")))) return null;
  const { guid, event } = readHeaders(request);
  const bodySha256 = createHash("sha256").update(body).digest("hex");
  const payload = parsePayload(text);
  const { store } = await webhooks.read({ guid, event, payload, bodySha256, requestId: request.id });
  return { guid, event, store };
};

const header = (request: FastifyRequest, name: string): string => {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
};

const readHeaders = (request: FastifyRequest): { event: string; guid: string } => {
  const event = header(request, "x-github-event");
  const guid = header(request, "x-github-delivery");
  if (!EVENT.test(event)) throw unreadable("X-GitHub-Event names no event.");
  if (!GUID.test(guid)) throw unreadable("X-GitHub-Delivery is not a UUID.");
  return { event, guid };
};

const parsePayload = (text: string): object => {
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch {
    throw unreadable("The body is not JSON.");
  }
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) {
    throw unreadable("The body is not a JSON object.");
  }
  return payload;
};

const unreadable = (message: string): AppError => new AppError("BAD_REQUEST", message);
