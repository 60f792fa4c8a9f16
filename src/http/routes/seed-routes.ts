import { z } from "zod";
import type { HttpApp } from "../http-app.ts";
import type { HttpDeps } from "../http-deps.ts";
import { uuid } from "../schemas/common.ts";
import { errorResponses } from "../schemas/errors.ts";
import { jsonAnswer } from "../schemas/json-answer.ts";
import { secured } from "../schemas/secured.ts";
import { OPTIONAL_BODY } from "../tidy-openapi.ts";

const bodySchema = z
  .strictObject({ with_pending_proposal: z.boolean().default(true) })
  .meta({ id: "SeedBody" });

const seededSchema = z
  .object({
    cluster_id: uuid,
    template_id: uuid,
    study_id: uuid,
    trial_ids: z.array(uuid),
    digest_id: uuid,
    proposal_id: uuid.nullable(),
  })
  .meta({ id: "SeededStudy" });

/** For development and tests. Registered only while the sandbox GitHub is in use. */
export const seedRoutes = (app: HttpApp, seed: NonNullable<HttpDeps["seedCompletedStudy"]>): void => {
  app.post(
    "/_test/studies/seed-completed",
    {
      schema: {
        ...secured("studies"),
        operationId: "seedCompletedStudy",
        summary: "Make a completed study to try things with (sandbox only)",
        ...OPTIONAL_BODY,
        body: bodySchema.optional(),
        response: { ...errorResponses(), 201: jsonAnswer("The ids of what was made.", seededSchema) },
      },
    },
    async (request, reply) => {
      const withPendingProposal = request.body?.with_pending_proposal ?? true;
      return reply.code(201).send(await seed({ withPendingProposal }));
    },
  );
};
