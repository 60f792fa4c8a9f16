import type { Code } from "../errors.ts";

interface CodeMeaning {
  status: number;
  /** One line for the API's documentation. */
  meaning: string;
}

/** What each code is over HTTP. Typed over every code, so that a new one can't be forgotten here. */
export const ERROR_CODES: Record<Code, CodeMeaning> = {
  BAD_REQUEST: { status: 400, meaning: "not a request this API can read" },
  UNAUTHORIZED: { status: 401, meaning: "no token, or one that is not known" },
  FORBIDDEN: { status: 403, meaning: "the token lacks the scope" },
  NOT_FOUND: { status: 404, meaning: "no such route" },
  PAYLOAD_TOO_LARGE: { status: 413, meaning: "the body is larger than this route takes" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, meaning: "the body is not application/json" },
  VALIDATION_ERROR: { status: 422, meaning: "values that are not allowed; `fields` names them" },
  RATE_LIMITED: { status: 429, meaning: "too many requests; wait as Retry-After says" },
  INTERNAL: { status: 500, meaning: "a fault of this service, logged under the request id" },
  DATABASE_UNAVAILABLE: { status: 503, meaning: "the database does not answer" },
  PROPOSAL_NOT_FOUND: { status: 404, meaning: "no such proposal" },
  PROPOSAL_EXISTS: {
    status: 409,
    meaning: "other values under this id, or the study has a pending or opened proposal; `reason` is its id",
  },
  INVALID_STATE_TRANSITION: { status: 409, meaning: "the proposal's status does not allow it" },
  CLUSTER_HAS_NO_CONFIG_REPO: { status: 422, meaning: "the cluster names no config repo" },
  GITHUB_NOT_CONFIGURED: { status: 503, meaning: "the app can't write there; `reason` says why" },
  QUEUE_UNAVAILABLE: { status: 503, meaning: "the job was not enqueued and nothing changed" },
  UNSUPPORTED_PROVIDER: { status: 400, meaning: "not a repository of the configured GitHub" },
  CONFIG_REPO_EXISTS: { status: 409, meaning: "registered already; `reason` is its id" },
  CONFIG_REPO_NAME_TAKEN: { status: 409, meaning: "another config repo has this name" },
  CONFIG_REPO_NOT_FOUND: { status: 404, meaning: "no such config repo" },
  AUTH_REF_NOT_FOUND: {
    status: 400,
    meaning: "no active installation with this id, or it does not cover the repository",
  },
  CLUSTER_NOT_FOUND: { status: 404, meaning: "no such cluster" },
  CLUSTER_NAME_TAKEN: { status: 409, meaning: "another cluster has this name" },
  TEMPLATE_NOT_FOUND: { status: 404, meaning: "no such query template" },
  TEMPLATE_EXISTS: { status: 409, meaning: "this version of the template exists" },
  STUDY_NOT_FOUND: { status: 404, meaning: "no such study" },
  GITHUB_API_FAILED: { status: 502, meaning: "GitHub did not answer, or refused" },
  PARAM_NOT_IN_TEMPLATE: { status: 422, meaning: "a parameter the template does not declare" },
  PARAM_VALUE_INVALID: { status: 422, meaning: "a value of the wrong type or outside the choices" },
  PARAMS_FILE_NOT_FOUND: { status: 422, meaning: "the params file is missing or not usable" },
  INVALID_CONFIG_PATH: { status: 422, meaning: "the cluster's config_path can't be used" },
  NO_CHANGES: { status: 422, meaning: "the base branch has every value already" },
  BRANCH_EXISTS: { status: 422, meaning: "the branch exists and is not ours" },
  CLONE_FAILED: { status: 502, meaning: "the repository or its base branch can't be read" },
  PUSH_REJECTED: { status: 422, meaning: "GitHub refused the push" },
};
