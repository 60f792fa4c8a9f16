import { createSubmitProposal } from "../../actions/create-proposal.ts";
import { proposalDetail, proposalListRows } from "../../actions/proposal-view.ts";
import { findProposal, listProposals, type ProposalRow } from "../../db/proposals-store.ts";
import { AppError } from "../../errors.ts";
import { actorHeaders, actorOf } from "../actor-of.ts";
import type { HttpApp } from "../http-app.ts";
import type { HttpDeps } from "../http-deps.ts";
import { errorResponses } from "../schemas/errors.ts";
import { chosenIdParams, idParams } from "../schemas/id-params.ts";
import { jsonAnswer } from "../schemas/json-answer.ts";
import { pageBody } from "../schemas/pages.ts";
import {
  proposalBodySchema,
  proposalPageSchema,
  proposalQuery,
  proposalSchema,
  rejectionBodySchema,
} from "../schemas/proposals.ts";
import { secured } from "../schemas/secured.ts";
import { OPTIONAL_BODY } from "../tidy-openapi.ts";

type Deps = Pick<HttpDeps, "db" | "reject">;

const params = idParams("PROPOSAL_NOT_FOUND", "proposal");
const REFERENCES = ["CLUSTER_NOT_FOUND", "TEMPLATE_NOT_FOUND", "STUDY_NOT_FOUND"] as const;

export const proposalRoutes = (app: HttpApp, deps: Deps): void => {
  submitRoutes(app, deps);
  readRoutes(app, deps);
  rejectRoute(app, deps);
};

const submitRoutes = (app: HttpApp, { db }: Deps): void => {
  const submit = createSubmitProposal({ db });

  app.post(
    "/proposals",
    {
      schema: {
        ...secured("proposals"),
        operationId: "createProposal",
        summary: "Submit a proposal",
        headers: actorHeaders,
        body: proposalBodySchema,
        response: {
          ...errorResponses("PROPOSAL_EXISTS", ...REFERENCES),
          201: jsonAnswer("It is pending.", proposalSchema),
        },
      },
    },
    async (request, reply) => {
      const submission = { fields: request.body, id: null, actor: actorOf(request), requestId: request.id };
      const { proposal } = await submit(submission);
      void reply.code(201).header("location", `/api/v1/proposals/${proposal.id}`);
      return proposalDetail(db, proposal);
    },
  );

  app.put(
    "/proposals/:id",
    {
      schema: {
        ...secured("proposals"),
        operationId: "putProposal",
        summary: "Submit a proposal under an id of the caller's",
        description: "The same body again answers 200 and changes nothing.",
        headers: actorHeaders,
        params: chosenIdParams,
        body: proposalBodySchema,
        response: {
          ...errorResponses("PROPOSAL_EXISTS", ...REFERENCES),
          200: jsonAnswer("It was submitted before.", proposalSchema),
          201: jsonAnswer("It is pending.", proposalSchema),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const submission = { fields: request.body, id, actor: actorOf(request), requestId: request.id };
      const { kind, proposal } = await submit(submission);
      if (kind === "created") void reply.code(201).header("location", `/api/v1/proposals/${id}`);
      return proposalDetail(db, proposal);
    },
  );
};

const readRoutes = (app: HttpApp, { db }: Deps): void => {
  app.get(
    "/proposals",
    {
      schema: {
        ...secured("proposals"),
        operationId: "listProposals",
        summary: "List proposals",
        querystring: proposalQuery,
        response: { ...errorResponses(), 200: jsonAnswer("Newest first.", proposalPageSchema) },
      },
    },
    async (request, reply) => {
      const { cursor, limit, ...filter } = request.query;
      const page = await listProposals(db, filter, { cursor, limit });
      return pageBody(reply, { ...page, data: await proposalListRows(db, page.data) });
    },
  );

  app.get(
    "/proposals/:id",
    {
      schema: {
        ...secured("proposals"),
        operationId: "getProposal",
        summary: "A proposal with everything around it",
        params,
        response: {
          ...errorResponses("PROPOSAL_NOT_FOUND"),
          200: jsonAnswer("The proposal.", proposalSchema),
        },
      },
    },
    async (request) =>
      proposalDetail(db, requireProposal(await findProposal(db, request.params.id), request.params.id)),
  );
};

const rejectRoute = (app: HttpApp, { db, reject }: Deps): void => {
  app.post(
    "/proposals/:id/reject",
    {
      schema: {
        ...secured("proposals"),
        operationId: "rejectProposal",
        summary: "Reject a proposal",
        description:
          "Its branch and its open pull request are closed afterwards, whatever state the job was in.",
        headers: actorHeaders,
        params,
        ...OPTIONAL_BODY,
        body: rejectionBodySchema.optional(),
        response: {
          ...errorResponses("PROPOSAL_NOT_FOUND", "INVALID_STATE_TRANSITION", "QUEUE_UNAVAILABLE"),
          200: jsonAnswer("It is rejected.", proposalSchema),
        },
      },
    },
    async (request) => {
      const rejected = await reject({
        proposalId: request.params.id,
        reason: request.body?.reason ?? null,
        actor: actorOf(request),
        requestId: request.id,
      });
      return proposalDetail(db, rejected);
    },
  );
};

const requireProposal = (proposal: ProposalRow | undefined, id: string): ProposalRow => {
  if (proposal === undefined) throw new AppError("PROPOSAL_NOT_FOUND", `There is no proposal ${id}.`);
  return proposal;
};
