import type { FileEntries } from "../world.ts";

interface SeedCommit {
  person: string;
  message: string;
  files: FileEntries;
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

const README = `# Search configuration

Relevance parameters of our search clusters. Each folder below \`clusters/\` belongs to one cluster; each
\`<template>.params.json\` in it holds the values that the query template of that name is rendered with.

| Folder | Cluster | Templates |
|---|---|---|
| \`clusters/products-prod\` | Elasticsearch 8, shop | \`products-bm25\`, \`products-suggest\` |
| \`clusters/support-staging\` | OpenSearch 2, help centre | \`support-articles\` |

Changes go through pull requests. A merged change is live within ten minutes.
`;

const CODEOWNERS = `*                          @acme/search
clusters/products-prod/    @acme/shop-relevance
clusters/support-staging/  @acme/support-tools
`;

const PRODUCTS_BM25 = {
  title_boost: 2.0,
  description_boost: 1.0,
  brand_boost: 1.5,
  tie_breaker: 0.3,
  minimum_should_match: "2<75%",
  operator: "or",
  fuzziness: "AUTO:4,7",
  fuzzy_prefix_length: 2,
  phrase: { slop: 2, boost: 1.2 },
  recency: { enabled: true, scale_days: 30, decay: 0.5 },
  popularity: { weight: 0.15, modifier: "log1p" },
  rescore: { window_size: 100, query_weight: 0.7, rescore_query_weight: 1.3 },
  stopwords: ["a", "an", "the", "for"],
};

const PRODUCTS_SUGGEST = {
  max_suggestions: 8,
  fuzziness: 1,
  prefix_boost: 3.5,
  category_boost: 1.25,
  highlight: { pre_tag: "<b>", post_tag: "</b>" },
};

const SUPPORT_ARTICLES = {
  title_boost: 3.0,
  body_boost: 1.0,
  tags_boost: 2.0,
  tie_breaker: 0.1,
  minimum_should_match: "60%",
  fuzziness: "AUTO",
  freshness: { scale_days: 90, decay: 0.8 },
};

/** The history of the example repository, oldest first. */
export const SEED_COMMITS: readonly [SeedCommit, ...SeedCommit[]] = [
  {
    person: "alice",
    message: "Start the search configuration",
    files: {
      "README.md": README,
      "clusters/products-prod/products-bm25.params.json": json({
        ...PRODUCTS_BM25,
        title_boost: 1.5,
        tie_breaker: 0,
      }),
    },
  },
  {
    person: "alice",
    message: "Add suggestions and owners",
    files: {
      ".github/CODEOWNERS": CODEOWNERS,
      "clusters/products-prod/products-suggest.params.json": json(PRODUCTS_SUGGEST),
    },
  },
  {
    person: "bob",
    message: "Add the help centre's cluster",
    files: { "clusters/support-staging/support-articles.params.json": json(SUPPORT_ARTICLES) },
  },
  {
    person: "bob",
    message: "Raise the title boost of products",
    files: { "clusters/products-prod/products-bm25.params.json": json(PRODUCTS_BM25) },
  },
];
