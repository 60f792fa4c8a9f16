import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import {
  API_CODES,
  type ApiCode,
  NOT_CONFIGURED_REASONS,
  type NotConfiguredReason,
} from "../../src/errors.ts";
import type { Answer, ErrorBody } from "../support/api.ts";
import { adminClient } from "../support/databases.ts";
import { CONFIG_DIFF, createScenario } from "../support/scenario.ts";
import { startTestService, type TestService } from "../support/service.ts";

let service: TestService;
beforeAll(async () => {
  // Nothing but the job itself is to find out what changed on GitHub.
  service = await startTestService({ WEBHOOKS: "off" });
});
afterAll(async () => {
  service.sandbox.faults.clear();
  await service.close();
});

type Refusal = Answer<ErrorBody>;
const ask = (
  method: string,
  path: string,
  options: Parameters<TestService["api"]["request"]>[2] = {},
): Promise<Refusal> => service.api.request<ErrorBody>(method, path, options);
const post = (path: string, body: unknown): Promise<Refusal> => ask("POST", path, { body });

/** Sends what no JSON library would. */
const raw = async (path: string, contentType: string, body: string): Promise<Refusal> => {
  const response = await fetch(`${service.api.url}/api/v1${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${service.token}`, "content-type": contentType },
    body,
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as ErrorBody };
};

const withTableAway = async (table: string, work: () => Promise<Refusal>): Promise<Refusal> => {
  await sql`ALTER TABLE ${sql.table(table)} RENAME TO away`.execute(service.db);
  const schema = table.includes(".") ? `${table.split(".")[0]}.away` : "away";
  try {
    return await work();
  } finally {
    await sql`ALTER TABLE ${sql.table(schema)} RENAME TO ${sql.id(table.split(".").at(-1) ?? table)}`.execute(
      service.db,
    );
  }
};

const withoutDatabase = async (work: () => Promise<Refusal>): Promise<Refusal> => {
  const name = /\/([a-z0-9_]+)\?|\/([a-z0-9_]+)$/.exec(service.databaseUrl)?.slice(1).find(Boolean) ?? "";
  const admin = adminClient(inject("postgres").adminUrl);
  await admin.connect();
  try {
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
    return await work();
  } finally {
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await admin.end();
  }
};

const unknownId = randomUUID();
const cluster = (overrides: object = {}) => ({
  name: `cluster-${randomUUID()}`,
  engine_type: "solr",
  environment: "dev",
  ...overrides,
});

/** One way into each code; a code without one does not compile. In the order of the list. */
const PROVOCATIONS: Record<ApiCode, () => Promise<Refusal>> = {
  BAD_REQUEST: () => raw("/clusters", "application/json", "{ not json"),
  UNAUTHORIZED: () => ask("GET", "/proposals", { token: null }),
  FORBIDDEN: () => ask("POST", "/clusters", { body: cluster(), token: service.readerToken }),
  NOT_FOUND: () => ask("GET", "/nothing-here"),
  PAYLOAD_TOO_LARGE: () => post("/clusters", cluster({ name: "x".repeat(2_000_000) })),
  UNSUPPORTED_MEDIA_TYPE: () => raw("/clusters", "text/plain", "name=x"),
  VALIDATION_ERROR: () => post("/clusters", cluster({ nobody_asked: true })),
  RATE_LIMITED: async () => {
    for (let tries = 0; tries < 200; tries++) {
      const guess = await ask("GET", "/proposals", { token: `guess-${tries}` });
      if (guess.status !== 401) return guess;
    }
    throw new Error("guessing tokens was never limited");
  },
  INTERNAL: async () => {
    const scenario = await createScenario(service);
    const { proposalId } = await scenario.fromStudy();
    return withTableAway("digests", () => ask("GET", `/proposals/${proposalId}`));
  },
  DATABASE_UNAVAILABLE: () => withoutDatabase(() => ask("GET", "/proposals")),
  PROPOSAL_NOT_FOUND: () => ask("POST", `/proposals/${unknownId}/open_pr`),
  PROPOSAL_EXISTS: async () => {
    const scenario = await createScenario(service);
    const { studyId } = await scenario.fromStudy();
    const { clusterId: cluster_id, templateId: template_id } = scenario;
    return post("/proposals", { study_id: studyId, cluster_id, template_id, config_diff: CONFIG_DIFF });
  },
  INVALID_STATE_TRANSITION: async () => {
    const id = await (await createScenario(service)).byHand();
    await post(`/proposals/${id}/reject`, {});
    return ask("POST", `/proposals/${id}/open_pr`);
  },
  CLUSTER_HAS_NO_CONFIG_REPO: async () => {
    const scenario = await createScenario(service);
    const { id } = await service.api.post("/clusters", cluster());
    const proposal = { cluster_id: id, template_id: scenario.templateId, config_diff: CONFIG_DIFF };
    return ask("POST", `/proposals/${(await service.api.post("/proposals", proposal)).id}/open_pr`);
  },
  GITHUB_NOT_CONFIGURED: () => notConfigured("uninstalled"),
  QUEUE_UNAVAILABLE: async () => {
    const id = await (await createScenario(service)).byHand();
    const before = await service.api.proposal(id);
    const refusal = await withTableAway("pgboss.job_common", () => ask("POST", `/proposals/${id}/open_pr`));
    expect(await service.api.proposal(id)).toEqual(before);
    expect((await service.api.open(id)).status).toBe("pr_opened");
    return refusal;
  },
  UNSUPPORTED_PROVIDER: () => register({ repo_url: "https://gitlab.com/acme/search-config" }),
  CONFIG_REPO_EXISTS: async () => {
    const { repository } = await createScenario(service);
    return register({ repo_url: repository.html_url });
  },
  CONFIG_REPO_NAME_TAKEN: async () => {
    const { repository } = await createScenario(service);
    return register({ name: repository.full_name, repo_url: await newRepositoryUrl() });
  },
  CONFIG_REPO_NOT_FOUND: () => ask("GET", `/config-repos/${unknownId}`),
  AUTH_REF_NOT_FOUND: async () => register({ repo_url: await newRepositoryUrl(), auth_ref: "424242" }),
  CLUSTER_NOT_FOUND: () => ask("PATCH", `/clusters/${unknownId}`, { body: { config_path: "clusters/x" } }),
  CLUSTER_NAME_TAKEN: async () => {
    const body = cluster();
    await service.api.post("/clusters", body);
    return post("/clusters", body);
  },
  TEMPLATE_NOT_FOUND: async () => {
    const { clusterId: cluster_id } = await createScenario(service);
    return post("/proposals", { cluster_id, template_id: unknownId, config_diff: CONFIG_DIFF });
  },
  TEMPLATE_EXISTS: async () => {
    const { templateName: name } = await createScenario(service);
    return post("/query-templates", {
      name,
      version: 1,
      engine_type: "solr",
      declared_params: { boost: "float" },
    });
  },
  STUDY_NOT_FOUND: () => ask("GET", `/studies/${unknownId}`),
  GITHUB_API_FAILED: async () => {
    const fault = { kind: "answer", status: 403, body: { message: "Not today" } } as const;
    const id = service.sandbox.faults.add({ path: "/api/v3/app/installations/*", fault });
    const refusal = await register({ repo_url: await newRepositoryUrl() });
    service.sandbox.faults.remove(id);
    return refusal;
  },
};

const newRepositoryUrl = async (): Promise<string> =>
  (await service.sandbox.createRepository({ owner: "acme", name: `r-${randomUUID()}` })).html_url;

const register = (overrides: object): Promise<Refusal> => {
  const auth_ref = String(service.sandbox.installation("acme")?.id);
  return post("/config-repos", { name: `name-${randomUUID()}`, auth_ref, ...overrides });
};

const STATUS: Partial<Record<ApiCode, number>> = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  VALIDATION_ERROR: 422,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  DATABASE_UNAVAILABLE: 503,
  QUEUE_UNAVAILABLE: 503,
  GITHUB_NOT_CONFIGURED: 503,
  GITHUB_API_FAILED: 502,
  CLUSTER_HAS_NO_CONFIG_REPO: 422,
  UNSUPPORTED_PROVIDER: 400,
  AUTH_REF_NOT_FOUND: 400,
};
const statusOf = (code: ApiCode): number => STATUS[code] ?? (code.endsWith("NOT_FOUND") ? 404 : 409);

describe("every code of the internal API", () => {
  it.each(API_CODES)("%s is answered with its status in the envelope", async (code) => {
    const { status, body, headers } = await PROVOCATIONS[code]();
    expect([body.detail?.error_code, status]).toEqual([code, statusOf(code)]);
    expect(body).toEqual({
      detail: expect.objectContaining({ message: expect.any(String), retryable: expect.any(Boolean) }),
    });
    expect(headers.get("x-request-id")).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  });
});

/** Puts the tables into a state that later issues bring about by events. */
const STATES: Record<
  Exclude<NotConfiguredReason, "no_credentials">,
  (ids: { repo: string; installation: number }) => Promise<unknown>
> = {
  uninstalled: ({ installation }) => setInstallation(installation, { status: "deleted" }),
  suspended: ({ installation }) => setInstallation(installation, { status: "suspended" }),
  permission_pending: ({ installation }) =>
    setInstallation(installation, { permissions: JSON.stringify({ contents: "read", metadata: "read" }) }),
  repo_removed: ({ repo }) =>
    service.db.updateTable("config_repos").set({ status: "removed" }).where("id", "=", repo).execute(),
  archived: ({ repo }) =>
    service.db.updateTable("config_repos").set({ status: "archived" }).where("id", "=", repo).execute(),
};
const setInstallation = (id: number, set: { status?: "deleted" | "suspended"; permissions?: string }) =>
  service.db.updateTable("installations").set(set).where("id", "=", id).execute();

const notConfigured = async (reason: keyof typeof STATES): Promise<Refusal> => {
  const scenario = await createScenario(service);
  const id = await scenario.byHand();
  await STATES[reason]({ repo: scenario.configRepoId, installation: scenario.installationId });
  return ask("POST", `/proposals/${id}/open_pr`);
};

describe("GITHUB_NOT_CONFIGURED says who has to act:", () => {
  it.each(NOT_CONFIGURED_REASONS.filter((reason) => reason !== "no_credentials"))("%s", async (reason) => {
    const { status, body } = await notConfigured(reason);
    expect([status, body.detail.error_code, body.detail.reason]).toEqual([
      503,
      "GITHUB_NOT_CONFIGURED",
      reason,
    ]);
  });

  it("no_credentials, where the service runs without an app", async () => {
    const bare = await startTestService({ NODE_ENV: "production", HOST: "127.0.0.1" });
    try {
      const { api, db } = bare;
      const configRepo = randomUUID();
      const common = {
        name: "acme/search-config",
        repo_url: "https://github.com/acme/search-config",
        owner: "acme",
      };
      await db
        .insertInto("config_repos")
        .values({
          ...common,
          id: configRepo,
          repo: "search-config",
          github_repo_id: 1,
          default_branch: "main",
          pr_base_branch: "main",
          auth_ref: "1",
          registered_via: "installation",
        })
        .execute();
      const { id: cluster_id } = await api.post(
        "/clusters",
        cluster({ config_repo_id: configRepo, config_path: "c" }),
      );
      const template = { name: "t", version: 1, engine_type: "solr", declared_params: { boost: "float" } };
      const { id: template_id } = await api.post("/query-templates", template);
      const { id } = await api.post("/proposals", {
        cluster_id,
        template_id,
        config_diff: { boost: { to: 1 } },
      });
      const { status, body } = await api.press(id);
      expect([status, body.detail.error_code, body.detail.reason]).toEqual([
        503,
        "GITHUB_NOT_CONFIGURED",
        "no_credentials",
      ]);
      const seed = await api.request<ErrorBody>("POST", "/_test/studies/seed-completed", { body: {} });
      expect([seed.status, seed.body.detail.error_code]).toEqual([404, "NOT_FOUND"]);
    } finally {
      await bare.close();
    }
  });
});
