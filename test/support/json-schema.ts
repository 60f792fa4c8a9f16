type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Turns the schemas of an OpenAPI 3.0 document into JSON Schema: 3.0 spells "or null" as `nullable`, which says nothing
 * to a validator where there is no `type` beside it or an `enum` without null. References become absolute, so that a
 * schema can be compiled outside its document.
 */
export function toJsonSchema(value: Json, document: string): Json {
  if (Array.isArray(value)) return value.map((item) => toJsonSchema(item, document));
  if (typeof value !== "object" || value === null) return value;

  const converted: { [key: string]: Json } = {};
  for (const [key, entry] of Object.entries(value)) {
    const reference = key === "$ref" && typeof entry === "string";
    converted[key] = reference ? entry.replace(/^#/, `${document}#`) : toJsonSchema(entry, document);
  }
  if (converted.nullable !== true) return converted;
  const { nullable: _spelledOut, ...schema } = converted;
  return orNull(schema);
}

function orNull(schema: { [key: string]: Json }): Json {
  const { type, enum: values } = schema;
  if (typeof type !== "string") return { anyOf: [schema, { type: "null" }] };
  return { ...schema, type: [type, "null"], ...(Array.isArray(values) ? { enum: [...values, null] } : {}) };
}
