export type Schema = Record<string, unknown>;

export interface Operation {
  /** Such as `GET /repos/{owner}/{repo}`. */
  name: string;
  method: string;
  pattern: RegExp;
  /** How much of the path is fixed: of two that match, the one with more is meant. */
  literals: number;
  query: Map<string, Schema>;
  requestBody: { required: boolean; schema: Schema } | undefined;
  answers: Map<number, Schema | "empty">;
}

interface Parameter {
  name: string;
  in: string;
  schema: Schema;
  "x-multi-segment"?: boolean;
}
interface Content {
  content?: Record<string, { schema: Schema }>;
}
interface DescribedOperation {
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: Content & { required?: boolean };
  responses: Record<string, Content | { $ref: string }>;
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, DescribedOperation>>;
  [key: string]: unknown;
}

/** Reads the operations out of an OpenAPI document whose references have the form `<document>#/a/b`. */
export function readOperations(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) =>
      readOperation(document, path, method.toUpperCase(), described),
    ),
  );
}

export function findOperation(
  operations: readonly Operation[],
  method: string,
  path: string,
): Operation | undefined {
  const matching = operations.filter(
    (operation) => operation.method === method && operation.pattern.test(path),
  );
  return matching.toSorted((a, b) => b.literals - a.literals)[0];
}

function readOperation(
  document: OpenApiDocument,
  path: string,
  method: string,
  described: DescribedOperation,
): Operation {
  const parameters = (described.parameters ?? []).map((one) => resolve<Parameter>(document, one));
  const query = parameters.filter((parameter) => parameter.in === "query");
  const body = described.requestBody;
  const schema = body?.content?.["application/json"]?.schema;
  return {
    name: `${method} ${path}`,
    method,
    pattern: pathPattern(path, parameters),
    literals: path.split("/").filter((segment) => !segment.startsWith("{")).length,
    query: new Map(query.map((parameter) => [parameter.name, parameter.schema])),
    requestBody: schema && { required: body?.required === true, schema },
    answers: new Map(
      Object.entries(described.responses).map(([status, answer]) => [
        Number(status),
        resolve<Content>(document, answer).content?.["application/json"]?.schema ?? "empty",
      ]),
    ),
  };
}

/** A parameter is one segment, slashes in it encoded; some may hold slashes as they are, or be empty (the root's contents). */
function pathPattern(path: string, parameters: readonly Parameter[]): RegExp {
  const segments = path.split("/").map((segment) => {
    const name = /^\{(.+)\}$/.exec(segment)?.[1];
    if (name === undefined) return segment;
    const multiple = parameters.some((parameter) => parameter.name === name && parameter["x-multi-segment"]);
    return multiple ? ".*" : "[^/]+";
  });
  return new RegExp(`^${segments.join("/")}$`);
}

function resolve<T>(document: OpenApiDocument, value: T | { $ref: string }): T {
  if (typeof value !== "object" || value === null || !("$ref" in value)) return value as T;
  const steps = value.$ref.replace(/^[^#]*#\//, "").split("/");
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], document) as T;
}
