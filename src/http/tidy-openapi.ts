type Document = Record<string, unknown>;

/** Spread into a route's schema whose body may be left out: Fastify's document calls every body required. */
export const OPTIONAL_BODY = { "x-optional-body": true };

const REF_PREFIX = "#/components/schemas/";
const INPUT_SUFFIX = "Input";

/**
 * The type provider lists every schema twice, as request (`NameInput`) and as answer (`Name`). Keeps the ones
 * that are referred to, and lets a request's schema have its plain name where no answer has it.
 */
export const tidyOpenapi = <T>(openapi: T): T => {
  const document = openapi as Document & { components?: { schemas?: Document } };
  const schemas = document.components?.schemas ?? {};
  const used = usedSchemas({ ...document, components: undefined }, schemas);
  const plainName = (name: string): string => {
    const plain = name.endsWith(INPUT_SUFFIX) ? name.slice(0, -INPUT_SUFFIX.length) : name;
    return used.has(plain) ? name : plain;
  };
  const kept = Object.entries(schemas)
    .filter(([name]) => used.has(name))
    .map(([name, schema]) => [plainName(name), schema] as const)
    .toSorted(([one], [other]) => one.localeCompare(other));
  const tidied = { ...document, components: { ...document.components, schemas: Object.fromEntries(kept) } };
  return JSON.parse(JSON.stringify(tidied), (key, value) => {
    if (key === "$ref" && typeof value === "string" && value.startsWith(REF_PREFIX)) {
      return REF_PREFIX + plainName(value.slice(REF_PREFIX.length));
    }
    if (value?.["x-optional-body"] !== true) return value;
    const { "x-optional-body": _, requestBody, ...operation } = value;
    return { ...operation, requestBody: { ...requestBody, required: false } };
  });
};

/** Names reached from the paths, directly or through other schemas. */
const usedSchemas = (paths: unknown, schemas: Document): Set<string> => {
  const used = new Set<string>();
  const open = refsIn(paths);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (used.has(name)) continue;
    used.add(name);
    open.push(...refsIn(schemas[name]));
  }
  return used;
};

const refsIn = (value: unknown): string[] =>
  [...(JSON.stringify(value) ?? "").matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].flatMap(
    ([, name]) => name ?? [],
  );
