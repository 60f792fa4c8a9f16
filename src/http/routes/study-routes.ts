import type { Executor } from "../../db/connect.ts";
import { findDigest, findStudy, listTrials } from "../../db/studies-store.ts";
import { AppError } from "../../errors.ts";
import { createPutStudy } from "../../registry/put-study.ts";
import { actorHeaders } from "../actor-of.ts";
import type { HttpApp } from "../http-app.ts";
import type { HttpDeps } from "../http-deps.ts";
import { errorResponses } from "../schemas/errors.ts";
import { chosenIdParams, idParams } from "../schemas/id-params.ts";
import { jsonAnswer } from "../schemas/json-answer.ts";
import { secured } from "../schemas/secured.ts";
import { studyBodySchema, studySchema } from "../schemas/studies.ts";

/** Room for the 5,000 trials a study may have. */
const STUDY_BYTES_MAX = 8 * 1024 * 1024;

const readStudy = async (db: Executor, id: string) => {
  const [study, trials, digest] = await Promise.all([
    findStudy(db, id),
    listTrials(db, id),
    findDigest(db, id),
  ]);
  if (study === undefined) throw new AppError("STUDY_NOT_FOUND", `There is no study ${id}.`);
  return { ...study, trials, digest: digest ?? null };
};

export const studyRoutes = (app: HttpApp, { db }: Pick<HttpDeps, "db">): void => {
  const putStudy = createPutStudy({ db });

  app.put(
    "/studies/:id",
    {
      bodyLimit: STUDY_BYTES_MAX,
      schema: {
        ...secured("studies"),
        operationId: "putStudy",
        summary: "Store a study with its trials and its digest",
        description:
          "The same body again changes nothing. Trials that are left out go, except those that proposals refer to.",
        headers: actorHeaders,
        params: chosenIdParams,
        body: studyBodySchema,
        response: {
          ...errorResponses("CLUSTER_NOT_FOUND", "TEMPLATE_NOT_FOUND"),
          200: jsonAnswer("The study as it is now.", studySchema),
          201: jsonAnswer("The new study.", studySchema),
        },
      },
    },
    async ({ params: { id }, body }, reply) => {
      if ((await putStudy(id, body)) === "created") {
        void reply.code(201).header("location", `/api/v1/studies/${id}`);
      }
      return readStudy(db, id);
    },
  );

  app.get(
    "/studies/:id",
    {
      schema: {
        ...secured("studies"),
        operationId: "getStudy",
        summary: "A study with its trials and its digest",
        params: idParams("STUDY_NOT_FOUND", "study"),
        response: { ...errorResponses("STUDY_NOT_FOUND"), 200: jsonAnswer("The study.", studySchema) },
      },
    },
    async (request) => readStudy(db, request.params.id),
  );
};
