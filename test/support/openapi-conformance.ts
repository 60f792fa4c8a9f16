import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import type { Exchange } from "../../sandbox/exchange.ts";
import { toJsonSchema } from "./json-schema.ts";
import { findOperation, type Operation, readOperations, type Schema } from "./openapi-operations.ts";

const DOCUMENT = "github.json";
/** GitHub's description, unchanged. */
const DESCRIPTION = new URL("../data/github-openapi.json", import.meta.url);

export interface Conformance {
  /** Name of the operation, such as `POST /repos/{owner}/{repo}/pulls`. @throws when GitHub has none there. */
  operation(exchange: Pick<Exchange, "method" | "path">): string;
  /**
   * Throws when GitHub's description does not allow this request or this answer. A request that was refused with
   * 400 or 422 may be anything. A refusal that the operation does not describe has to be GitHub's basic error.
   */
  checkExchange(exchange: Omit<Exchange, "query"> & { query?: Exchange["query"] }): void;
}

let conformance: Conformance | undefined;

/** One for a whole process, so that each schema is compiled once. */
export const githubConformance = (): Conformance => (conformance ??= createConformance());

function createConformance(): Conformance {
  const description = JSON.parse(readFileSync(DESCRIPTION, "utf8"));
  const document = toJsonSchema(description, DOCUMENT) as typeof description;
  const operations = readOperations(document);
  // With references inlined, large schemas would be compiled over and over.
  const options = { strict: false, allErrors: true, logger: false, inlineRefs: false } as const;
  const exact = new Ajv(options);
  // What comes in a URL is text; this one reads numbers and booleans out of it.
  const lenient = new Ajv({ ...options, coerceTypes: "array" });
  for (const ajv of [exact, lenient]) {
    formats.default(ajv);
    ajv.addSchema(document, DOCUMENT);
  }
  const compiled = new Map<Schema, ValidateFunction>();
  const check = (ajv: Ajv, schema: Schema, value: unknown, what: string): void => {
    const validate = compiled.get(schema) ?? ajv.compile(schema);
    compiled.set(schema, validate);
    if (!validate(value)) throw new Error(`${what}: ${ajv.errorsText(validate.errors, { dataVar: "body" })}`);
  };

  const find = ({ method, path }: Pick<Exchange, "method" | "path">): Operation => {
    const operation = findOperation(operations, method, path);
    if (!operation) throw new Error(`GitHub's description has no ${method} ${path}`);
    return operation;
  };

  return {
    operation: (exchange) => find(exchange).name,
    checkExchange(exchange) {
      const operation = find(exchange);
      const { status, requestBody, responseBody } = exchange;
      const what = `${exchange.method} ${exchange.path}`;
      if (status !== 400 && status !== 422) {
        checkQuery(operation, exchange.query ?? {}, (schema, value, name) =>
          check(lenient, schema, value, `${what}, parameter ${name}`),
        );
        checkRequestBody(operation, requestBody, (schema) =>
          check(exact, schema, requestBody, `${what}, request`),
        );
      }
      const schema = answerSchema(operation, status);
      if (schema === "empty") {
        if (responseBody !== undefined) throw new Error(`${what}: a ${status} has no body`);
        return;
      }
      check(exact, schema, responseBody, `${what}, answer ${status}`);
    },
  };
}

function checkQuery(
  operation: Operation,
  query: Exchange["query"],
  check: (schema: Schema, value: unknown, name: string) => void,
): void {
  for (const [name, value] of Object.entries(query)) {
    const schema = operation.query.get(name);
    if (!schema) throw new Error(`${operation.name} has no parameter ${name}`);
    // Coercion writes into the object it is given.
    check({ type: "object", properties: { value: schema } }, { value }, name);
  }
}

function checkRequestBody(operation: Operation, body: unknown, check: (schema: Schema) => void): void {
  if (operation.requestBody === undefined) {
    if (body !== undefined) throw new Error(`${operation.name} takes no body`);
    return;
  }
  if (body === undefined && !operation.requestBody.required) return;
  check(operation.requestBody.schema);
}

const BASIC_ERROR: Schema = { $ref: `${DOCUMENT}#/components/schemas/basic-error`, required: ["message"] };
/** Any route of a repository may answer these after a rename, whether its description says so or not. */
const REDIRECTS = [301, 307];
/**
 * Any read may be conditional, whether its description says so or not:
 * https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate.
 */
const NOT_MODIFIED = 304;

function answerSchema(operation: Operation, status: number): Schema | "empty" {
  const described = operation.answers.get(status);
  const refusal = status >= 400 || REDIRECTS.includes(status);
  // Of some refusals the description gives the status alone; GitHub sends its basic error with them all the same.
  if (described !== undefined && !(described === "empty" && refusal)) return described;
  if (status === NOT_MODIFIED && operation.name.startsWith("GET ")) return "empty";
  if (!refusal) throw new Error(`${operation.name} never answers ${status}`);
  return BASIC_ERROR;
}
