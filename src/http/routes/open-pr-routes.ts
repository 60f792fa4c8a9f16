import { z } from "zod";
import { AppError } from "../../errors.ts";
import { actorHeaders, actorOf } from "../actor-of.ts";
import type { HttpApp } from "../http-app.ts";
import type { HttpDeps } from "../http-deps.ts";
import { errorResponses } from "../schemas/errors.ts";
import { idParams } from "../schemas/id-params.ts";
import { jsonAnswer } from "../schemas/json-answer.ts";
import { previewSchema } from "../schemas/preview.ts";
import { openPrAcceptedSchema } from "../schemas/proposals.ts";
import { secured } from "../schemas/secured.ts";
import { OPTIONAL_BODY } from "../tidy-openapi.ts";

/** A person waits for it, and the connection stays silent meanwhile. */
const PREVIEW_TIMEOUT_MS = 60_000;

const params = idParams("PROPOSAL_NOT_FOUND", "proposal");
const emptyBodySchema = z.strictObject({}).meta({ id: "OpenPrBody" });
const CHECKS = [
  "PROPOSAL_NOT_FOUND",
  "INVALID_STATE_TRANSITION",
  "CLUSTER_HAS_NO_CONFIG_REPO",
  "GITHUB_NOT_CONFIGURED",
] as const;

export const openPrRoutes = (
  app: HttpApp,
  { openPr, preview }: Pick<HttpDeps, "openPr" | "preview">,
): void => {
  app.post(
    "/proposals/:id/open_pr",
    {
      schema: {
        ...secured("proposals"),
        operationId: "openPr",
        summary: "Open the proposal's pull request",
        description:
          "Pressing again while an attempt is under way adds nothing; after a failure it starts a new attempt.",
        headers: actorHeaders,
        params,
        ...OPTIONAL_BODY,
        body: emptyBodySchema.optional(),
        response: {
          ...errorResponses(...CHECKS, "QUEUE_UNAVAILABLE"),
          202: jsonAnswer(
            "A job is on its way; follow it in `open_pr` and the events.",
            openPrAcceptedSchema,
          ),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await openPr({ proposalId: id, actor: actorOf(request), requestId: request.id });
      const message = "The pull request is being opened. GET the proposal to follow it.";
      return reply.code(202).send({ proposal_id: id, status: "pending" as const, message });
    },
  );

  app.get(
    "/proposals/:id/preview",
    {
      schema: {
        ...secured("proposals"),
        operationId: "previewPr",
        summary: "What open_pr would do now",
        description: "Reads the config repo, and writes nothing.",
        headers: actorHeaders,
        params,
        response: {
          ...errorResponses(
            ...CHECKS,
            "PARAM_NOT_IN_TEMPLATE",
            "PARAM_VALUE_INVALID",
            "PARAMS_FILE_NOT_FOUND",
            "INVALID_CONFIG_PATH",
            "NO_CHANGES",
            "BRANCH_EXISTS",
            "CLONE_FAILED",
            "GITHUB_API_FAILED",
          ),
          200: jsonAnswer("The change, and the pull request's texts.", previewSchema),
        },
      },
    },
    async (request) => {
      const timeout = AbortSignal.timeout(PREVIEW_TIMEOUT_MS);
      try {
        // The request's own signal tells that the caller went away; it does so for GET only.
        const signal = AbortSignal.any([request.signal, timeout]);
        return await preview({ proposalId: request.params.id, actor: actorOf(request), signal });
      } catch (error) {
        if (error instanceof AppError) throw error;
        if (request.signal.aborted) throw new AppError("BAD_REQUEST", "The caller went away.");
        if (!timeout.aborted) throw error;
        throw new AppError(
          "GITHUB_API_FAILED",
          `GitHub did not answer within ${PREVIEW_TIMEOUT_MS / 1_000} s. Try again.`,
          { cause: error },
        );
      }
    },
  );
};
