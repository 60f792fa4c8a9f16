import type { DeclaredParams } from "../proposals/declared-params.ts";

/** The sandbox's example repository as the registry knows it: two clusters, three templates. */
export const DEMO_CONFIG_REPO = { owner: "acme", repo: "search-config", name: "acme/search-config" } as const;

export const DEMO_CLUSTERS = [
  {
    name: "products-prod",
    engine_type: "elasticsearch",
    environment: "prod",
    config_path: "clusters/products-prod",
  },
  {
    name: "support-staging",
    engine_type: "opensearch",
    environment: "staging",
    config_path: "clusters/support-staging",
  },
] as const;

export const DEMO_TEMPLATES: readonly {
  name: string;
  engine_type: "elasticsearch" | "opensearch";
  declared_params: DeclaredParams;
}[] = [
  {
    name: "products-bm25",
    engine_type: "elasticsearch",
    declared_params: {
      title_boost: { type: "float", low: 0.5, high: 10 },
      description_boost: { type: "float", low: 0.1, high: 5 },
      brand_boost: { type: "float", low: 0.1, high: 5 },
      tie_breaker: { type: "float", low: 0, high: 1 },
      minimum_should_match: "string",
      operator: { type: "categorical", choices: ["or", "and"] },
      fuzziness: { type: "categorical", choices: ["0", "1", "AUTO", "AUTO:4,7"] },
      fuzzy_prefix_length: { type: "int", low: 0, high: 5 },
      "phrase.slop": { type: "int", low: 0, high: 10 },
      "phrase.boost": { type: "float", low: 0, high: 5 },
      "recency.decay": { type: "float", low: 0, high: 1 },
    },
  },
  {
    name: "products-suggest",
    engine_type: "elasticsearch",
    declared_params: {
      max_suggestions: "int",
      fuzziness: "int",
      prefix_boost: "float",
      category_boost: "float",
    },
  },
  {
    name: "support-articles",
    engine_type: "opensearch",
    declared_params: {
      title_boost: "float",
      body_boost: "float",
      tags_boost: "float",
      tie_breaker: "float",
      fuzziness: "string",
    },
  },
];
