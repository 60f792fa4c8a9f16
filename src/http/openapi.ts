import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import type { HttpApp } from "./http-app.ts";
import type { RateLimits } from "./rate-limits.ts";
import { tidyOpenapi } from "./tidy-openapi.ts";

const DOCS_PATH = "/api/docs";
const OPENAPI_PATH = "/api/openapi.json";

/** Everything the page needs comes from here; Swagger UI sets styles and draws its icons from data: URLs. */
const DOCS_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const DESCRIPTION = `Turns approved search-relevance proposals into pull requests.

Every route under \`/api/v1\` needs a token (\`Authorization: Bearer …\`): scope \`read\` for reading, \`write\` for the
rest. \`X-Request-ID\` is echoed, or made where it is missing. Lists are newest first and paged by \`cursor\` and
\`limit\`. Every refusal is an \`Error\`.`;

/** Collects the routes that are registered after it. Register before the routes. */
export const registerOpenapi = async (app: HttpApp): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "RelyLoop GitHub App: internal API", version: "1.0.0", description: DESCRIPTION },
      tags: ["proposals", "events", "config-repos", "clusters", "query-templates", "studies", "watching"].map(
        (name) => ({ name }),
      ),
      components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
    },
    convertConstToEnum: false,
    transform: jsonSchemaTransform,
    transformObject: (document) => tidyOpenapi(jsonSchemaTransformObject(document)),
  });
};

/** The document and its page. They hold no data, so they need no token. */
export const registerDocs = async (app: HttpApp, limits: RateLimits): Promise<void> => {
  app.get(OPENAPI_PATH, { schema: { hide: true }, onRequest: limits.public }, async () => app.swagger());
  await app.register(async (docs) => {
    docs.addHook("onRequest", limits.public);
    await docs.register(swaggerUi, {
      routePrefix: DOCS_PATH,
      staticCSP: DOCS_CSP,
      // No validator: it would send the document's address to somebody else's server.
      uiConfig: { validatorUrl: null, deepLinking: true, docExpansion: "list" },
      theme: { title: "RelyLoop GitHub App: internal API" },
    });
  });
};
