import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { RawAnswer } from "./raw-http.ts";

/** As much of JSON Schema as the API's description uses. */
export interface Schema {
  $ref?: string;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  type?: string | string[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | false;
  propertyNames?: Schema;
}

export interface Operation {
  id: string;
  method: string;
  /** With `{id}` where there is one. */
  path: string;
  parameters: { name: string; in: "path" | "query" | "header"; schema: Schema }[];
  /** Of its body; undefined where it takes none. */
  body: Schema | undefined;
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

export interface ApiDescription {
  operations: readonly Operation[];
  schemas: Record<string, Schema>;
  /** Patterns of texts, which the service has for itself too. */
  patterns: readonly RegExp[];
  /** The operation a request line leads to. */
  operationAt(method: string, path: string): Operation | undefined;
  /** What is wrong with an answer, undefined when it is one the description has. null: of a route it does not know. */
  problemOf(operation: Operation | null, answer: RawAnswer): string | undefined;
}

interface Document {
  paths: Record<string, Record<string, RawOperation>>;
  components: { schemas: Record<string, Schema> };
}
interface RawOperation extends Pick<Operation, "responses"> {
  operationId: string;
  parameters?: Operation["parameters"];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

const JSON_TYPE = "application/json";
const CODE_SHOWN = /`([A-Z_]+)`/g;

/** Reads what the running service says of itself: what is attacked is what is there. */
export const readDescription = async (url: string): Promise<ApiDescription> => {
  const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as Document;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => toOperation(path, method, raw)),
  );
  const patterns = operations.map((operation) => ({
    operation,
    pattern: new RegExp(`^${operation.path.replace("{id}", "[^/]*")}$`),
  }));
  const codes = new Map(operations.map((operation) => [operation, codesOf(operation)]));
  const everywhere = new Set(
    [...codes.values()]
      .flatMap((own) => [...own])
      .filter((code) => [...codes.values()].every((own) => own.has(code))),
  );
  const validate = createValidate(document);

  return {
    operations,
    schemas: document.components.schemas,
    patterns: patternsIn(document),
    operationAt: (method, path) =>
      patterns.find(({ operation, pattern }) => operation.method === method && pattern.test(path))?.operation,
    problemOf: (operation, answer) => {
      if (answer.status >= 400) {
        const problem = validate("Error", { $ref: "api#/components/schemas/Error" }, answer);
        if (problem !== undefined) return problem;
        const code = `${answer.status} ${JSON.parse(answer.body).detail.error_code}`;
        const known = operation === null ? everywhere : codes.get(operation);
        return known?.has(code)
          ? undefined
          : `${code} is not among the codes of ${operation?.id ?? "any route"}`;
      }
      if (operation === null) return undefined;
      const type = typeOf(answer);
      const schema = operation.responses[answer.status]?.content?.[type]?.schema;
      if (schema === undefined) return `${operation.id} describes no ${answer.status} of type ${type}`;
      return type === JSON_TYPE ? validate(`${operation.id} ${answer.status}`, schema, answer) : undefined;
    },
  };
};

const patternsIn = (document: Document): RegExp[] => {
  const found = new Set<string>();
  JSON.stringify(document, (key, value) => {
    if (key === "pattern" && typeof value === "string") found.add(value);
    return value;
  });
  return [...found].map((pattern) => new RegExp(pattern, "u"));
};

const toOperation = (path: string, method: string, raw: RawOperation): Operation => ({
  id: raw.operationId,
  method: method.toUpperCase(),
  path,
  parameters: raw.parameters ?? [],
  body: raw.requestBody?.content[JSON_TYPE]?.schema,
  responses: raw.responses,
});

const typeOf = (answer: RawAnswer): string => answer.headers.get("content-type")?.split(";")[0] ?? "";

/** `404 CLUSTER_NOT_FOUND` and so on, out of the words of the description. */
const codesOf = ({ responses }: Operation): Set<string> =>
  new Set(
    Object.entries(responses).flatMap(([status, { description }]) =>
      [...description.matchAll(CODE_SHOWN)].map(([, code]) => `${status} ${code}`),
    ),
  );

const createValidate = (document: Document) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ $id: "api", ...document });
  const compiled = new Map<string, ValidateFunction>();
  return (name: string, schema: object, { headers, body }: RawAnswer): string | undefined => {
    if (!headers.get("content-type")?.startsWith(JSON_TYPE)) return "the answer is not JSON";
    const validate =
      compiled.get(name) ?? ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')));
    compiled.set(name, validate);
    return validate(JSON.parse(body)) ? undefined : `${name}: ${ajv.errorsText(validate.errors)}`;
  };
};
