import fc from "fast-check";
import type { ApiDescription, Operation } from "./api-description.ts";
import { type Known, valuesOf } from "./schema-values.ts";
import { bodies, type SpoiledBody } from "./spoiled-body.ts";
import { otherAuthorizations, otherMethods, otherTypes, strangeHeaders, TOKEN } from "./strange-heads.ts";
import { pathTricks, strangeIds, strangeQueries } from "./strange-targets.ts";

export interface HostileRequest {
  method: string;
  /** As it stands in the request line. */
  target: string;
  /** Lines as they stand in the head, latin1. */
  headers: readonly string[];
  body: SpoiledBody | null;
}

/** Requests for one operation: as they should be, or hostile in method, target, head or body. */
export const requestsFor = (
  operation: Operation,
  description: ApiDescription,
  known: Known,
): fc.Arbitrary<HostileRequest> => {
  const values = (schema: object) => valuesOf(schema, { schemas: description.schemas, known });
  const body =
    operation.body === undefined
      ? fc.constant(null)
      : fc.oneof(
          { weight: 9, arbitrary: bodies(values(operation.body)) },
          { weight: 1, arbitrary: fc.constant(null) },
        );
  return fc
    .record({
      method: rarely(operation.method, otherMethods),
      target: targets(operation, values, known),
      authorization: rarely(`Authorization: Bearer ${TOKEN}`, otherAuthorizations),
      type: rarely("Content-Type: application/json", otherTypes),
      headers: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: strangeHeaders }),
      body,
    })
    .map(({ authorization, type, headers, body: sent, ...line }) => ({
      ...line,
      headers: [authorization, ...(sent === null ? [] : [type]), ...headers].filter(
        (header) => header !== "",
      ),
      body: sent,
    }))
    .map((request) => Object.assign(request, { [fc.toStringMethod]: () => describeRequest(request) }));
};

export const describeRequest = ({ method, target, headers, body }: HostileRequest): string =>
  JSON.stringify(
    [`${method} ${target}`, ...headers, body?.words ?? "no body"].map((line) => line.slice(0, 600)),
  );

/** The request as it goes over the wire. */
export const bytesOf = ({ method, target, headers, body }: HostileRequest, token: string): Buffer => {
  const content = body?.bytes();
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(headers.some((header) => header.startsWith("Host:")) ? [] : ["Host: 127.0.0.1"]),
    "Connection: close",
    ...headers.map((header) => header.replace(TOKEN, token)).filter((header) => header !== "Host:"),
    ...(content === undefined ? [] : [`Content-Length: ${content.length}`]),
  ];
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  return content === undefined ? head : Buffer.concat([head, content]);
};

const rarely = <T>(usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 14, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const targets = (
  operation: Operation,
  values: (schema: object) => fc.Arbitrary<unknown>,
  known: Known,
): fc.Arbitrary<string> => {
  const collection = operation.path.split("/").at(3) ?? "";
  const ids = known[collection] ?? [];
  const path = fc
    .oneof(
      { weight: 8, arbitrary: ids.length === 0 ? fc.uuid() : fc.constantFrom(...ids) },
      { weight: 2, arbitrary: strangeIds },
    )
    .map((id) => operation.path.replace("{id}", () => String(id)));
  const declared = operation.parameters
    .filter((parameter) => parameter.in === "query")
    .map(({ name, schema }) =>
      values(schema).map((value) => `${name}=${encodeURIComponent(String(value).toWellFormed())}`),
    );
  const query = fc.array(
    declared.length === 0 ? strangeQueries : fc.oneof(fc.oneof(...declared), strangeQueries),
    { maxLength: 3 },
  );
  return fc
    .tuple(
      path,
      fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: query }),
      pathTricks,
    )
    .map(([one, parts, trick]) => trick(one) + (parts.length === 0 ? "" : `?${parts.join("&")}`));
};
