import type { ApiDescription } from "./api-description.ts";
import { describeRequest, type HostileRequest } from "./hostile-request.ts";
import { ANSWER_TIMEOUT_MS, type RawAnswer, type Reply } from "./raw-http.ts";

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** A body may be refused while it is being sent: then the connection is reset, and the answer may be lost with it. */
const BODY_BYTES_MAX = 1024 * 1024;
/** Routes beside the description: pages for people and GitHub's deliveries. */
const PAGES = /^\/(?:api\/docs|api\/openapi\.json|setup)/;
const SECURE = ["x-content-type-options: nosniff", "cache-control: no-store"];

/** What is wrong with the reply to a request; nothing is what is promised. */
export const judgeReply = (request: HostileRequest, reply: Reply, api: ApiDescription): string[] => {
  const problems = problemsOf(request, reply, api);
  return problems.map((problem) => `${problem}\n    request: ${describeRequest(request)}`);
};

const problemsOf = (request: HostileRequest, reply: Reply, api: ApiDescription): string[] => {
  switch (reply.kind) {
    case "silent":
      return [`was not answered within ${ANSWER_TIMEOUT_MS / 1_000} s`];
    case "closed":
      return mayBeCut(request) ? [] : ["was not answered, the connection was closed"];
    case "answered":
      return answerProblems(request, reply.answer, api).map(
        (problem) => `${problem}\n    answer: ${reply.answer.status} ${reply.answer.body.slice(0, 300)}`,
      );
    default:
      throw new TypeError(`unknown reply ${reply satisfies never}`);
  }
};

/** CONNECT asks for a tunnel, and nobody is there to make one. */
const mayBeCut = ({ method, body }: HostileRequest): boolean =>
  method === "CONNECT" || (body !== null && body.bytes().length > BODY_BYTES_MAX);

const answerProblems = (request: HostileRequest, answer: RawAnswer, api: ApiDescription): string[] => {
  const problems: string[] = [];
  const path = pathOf(request.target);
  const operation = api.operationAt(request.method, path) ?? null;
  if (answer.status >= 500 && !hasItsCause(operation?.id, answer))
    problems.push("a fault of the service's own");
  const isPage = operation === null && PAGES.test(path);
  if (request.method !== "HEAD" && !isPage) {
    const problem = api.problemOf(operation, answer);
    if (problem !== undefined) problems.push(problem);
  }
  for (const header of isPage ? SECURE.slice(0, 1) : SECURE) {
    const [name = "", value] = header.split(": ");
    if (answer.headers.get(name) !== value) problems.push(`is answered without ${header}`);
  }
  // What can't be read as HTTP, or has no path, is answered before there are hooks.
  if (!answer.body.includes('"BAD_REQUEST"') && !answer.headers.has("content-security-policy"))
    problems.push("is answered without Content-Security-Policy");
  const id = answer.headers.get("x-request-id") ?? "";
  if (!REQUEST_ID.test(id)) problems.push("is answered without X-Request-ID");
  const sent = sentRequestId(request);
  if (sent !== undefined && answer.status < 300 && id !== sent)
    problems.push(`is answered as ${id}, not as ${sent}`);
  for (const name of answer.headers.keys()) {
    if (/inject|evil/.test(name)) problems.push(`puts a header into the answer: ${name}`);
  }
  return problems;
};

/** The one that was sent, where it is one. */
const sentRequestId = ({ headers }: HostileRequest): string | undefined => {
  const sent = headers.flatMap((header) => /^X-Request-ID: (.*)$/i.exec(header)?.[1]?.trim() ?? []);
  const [id = ""] = sent;
  return sent.length === 1 && REQUEST_ID.test(id) ? id : undefined;
};

/** The one 5xx that hostile input can bring about: a base branch that is not there, given as `pr_base_branch`. */
const hasItsCause = (operationId: string | undefined, { body }: RawAnswer): boolean =>
  operationId === "previewPr" && /"CLONE_FAILED".*branch/.test(body);

/** As a router sees it. */
export const pathOf = (target: string): string => {
  const path = target.replace(/^https?:\/\/[^/]*/, "").split(/[?#]/, 1)[0] ?? "";
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
};
