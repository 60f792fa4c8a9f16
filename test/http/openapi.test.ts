import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { beforeAll, describe, expect, it } from "vitest";
import { API_CODES } from "../../src/errors.ts";
import { createStudy, proposalBody } from "./http-fixtures.ts";
import { type Answer, useHttpServer } from "./http-harness.ts";

const http = useHttpServer({
  seedCompletedStudy: async () => {
    throw new Error("not called");
  },
});

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security?: unknown[];
  parameters?: { name: string; in: string }[];
  requestBody?: { required: boolean; content: Record<string, { schema: { $ref: string } }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: object };
}

let document: Document;
const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );

beforeAll(async () => {
  document = (await http.call("GET", "/api/openapi.json", { token: null })).body;
});

/** Holds an answer against what the document says of its route. */
const createValidator = () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ $id: "api", ...document });
  return (operationId: string, answer: Answer) => {
    const found = operations().find((operation) => operation.operationId === operationId);
    const type = String(answer.headers["content-type"]).split(";")[0] ?? "";
    const schema = found?.responses[answer.status]?.content?.[type]?.schema;
    expect(schema, `${operationId} documents ${answer.status} ${type}`).toBeDefined();
    const text = JSON.stringify(schema).replaceAll('"#/', '"api#/');
    const validate = ajv.compile(JSON.parse(text));
    validate(answer.body);
    expect(validate.errors).toBeNull();
  };
};

describe("the OpenAPI document", () => {
  it("is OpenAPI 3.1, and names every operation once, for good", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(
      operations()
        .map((operation) => `${operation.method} ${operation.path} ${operation.operationId}`)
        .sort(),
    ).toMatchInlineSnapshot(`
      [
        "get /api/v1/clusters listClusters",
        "get /api/v1/clusters/{id} getCluster",
        "get /api/v1/config-repos listConfigRepos",
        "get /api/v1/config-repos/{id} getConfigRepo",
        "get /api/v1/events listEvents",
        "get /api/v1/proposals listProposals",
        "get /api/v1/proposals/{id} getProposal",
        "get /api/v1/proposals/{id}/events listProposalEvents",
        "get /api/v1/proposals/{id}/preview previewPr",
        "get /api/v1/query-templates listQueryTemplates",
        "get /api/v1/query-templates/{id} getQueryTemplate",
        "get /api/v1/studies/{id} getStudy",
        "get /healthz getHealth",
        "get /metrics getMetrics",
        "get /readyz getReadiness",
        "patch /api/v1/clusters/{id} updateCluster",
        "patch /api/v1/config-repos/{id} updateConfigRepo",
        "post /api/v1/_test/studies/seed-completed seedCompletedStudy",
        "post /api/v1/clusters createCluster",
        "post /api/v1/config-repos createConfigRepo",
        "post /api/v1/proposals createProposal",
        "post /api/v1/proposals/{id}/open_pr openPr",
        "post /api/v1/proposals/{id}/reject rejectProposal",
        "post /api/v1/query-templates createQueryTemplate",
        "put /api/v1/proposals/{id} putProposal",
        "put /api/v1/studies/{id} putStudy",
      ]
    `);
  });

  it("refers to schemas it has, has no other, and each can be compiled", () => {
    const text = JSON.stringify(document);
    const refs = new Set(
      [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name),
    );
    expect([...refs].sort()).toEqual(Object.keys(document.components.schemas).sort());
    expect(Object.keys(document.components.schemas).filter((name) => name.endsWith("Input"))).toEqual([]);

    const ajv = new Ajv2020({ strict: false });
    formats.default(ajv);
    ajv.addSchema({ $id: "api", ...document });
    for (const name of refs) ajv.compile({ $ref: `api#/components/schemas/${name}` });
  });

  it("says of every operation what it is for, who may call it, and how it refuses", () => {
    for (const operation of operations()) {
      expect(operation.summary, operation.operationId).toEqual(expect.any(String));
      expect(operation.tags, operation.operationId).toHaveLength(1);
      const isOpen = ["/healthz", "/readyz"].includes(operation.path);
      expect(operation.security, operation.operationId).toEqual(isOpen ? undefined : [{ bearer: [] }]);
      for (const status of ["400", "401", "403", "404", "413", "415", "422", "429", "500", "503"]) {
        expect(operation.responses, operation.operationId).toHaveProperty(status);
      }
    }
  });

  it("names every code of the catalogue at some route", () => {
    const described = operations()
      .flatMap((operation) => Object.values(operation.responses).map((response) => response.description))
      .join("\n");

    for (const code of API_CODES) expect(described).toContain(`\`${code}\``);
  });

  it("knows which bodies may be left out", () => {
    const required = Object.fromEntries(
      operations().flatMap(({ operationId, requestBody }) =>
        requestBody ? [[operationId, requestBody.required]] : [],
      ),
    );

    expect(required).toMatchObject({ createProposal: true, putStudy: true });
    expect(required).toMatchObject({ openPr: false, rejectProposal: false, seedCompletedStudy: false });
  });

  it("documents the actor's header on every write", () => {
    for (const operation of operations()) {
      if (operation.method === "get" || operation.operationId === "seedCompletedStudy") continue;
      const names = operation.parameters?.map((parameter) => parameter.name);
      expect(names, operation.operationId).toContain("x-relyloop-actor");
    }
  });

  it("is kept by the answers themselves", async () => {
    const check = createValidator();
    const { body, ...study } = await createStudy(http);
    const payload = proposalBody(study, { study_id: study.study_id });
    const created = await http.call("POST", "proposals", { payload });
    const id = created.body.id;

    check("createProposal", created);
    check("createProposal", await http.call("POST", "proposals", { payload }));
    check("createProposal", await http.call("POST", "proposals", { payload: { a: 1 } }));
    check("getProposal", await http.call("GET", `proposals/${id}`));
    check("getProposal", await http.call("GET", "proposals/x"));
    check("listProposals", await http.call("GET", "proposals"));
    check("listProposals", await http.call("GET", "proposals", { token: null }));
    check("listProposalEvents", await http.call("GET", `proposals/${id}/events`));
    check("putStudy", await http.call("PUT", `studies/${study.study_id}`, { payload: body }));
    check("getStudy", await http.call("GET", `studies/${study.study_id}`));
    check("getCluster", await http.call("GET", `clusters/${study.cluster_id}`));
    check("listQueryTemplates", await http.call("GET", "query-templates"));
    check("openPr", await http.call("POST", `proposals/${id}/open_pr`));
    check("getReadiness", await http.call("GET", "/readyz"));
  });
});

describe("the documentation page", () => {
  it.each(["/api/docs", "/api/docs/"])(
    "is at %s without a token, and loads nothing from elsewhere",
    async (path) => {
      const page = await http.call("GET", path, { token: null });

      expect(page.status).toBe(200);
      expect(page.headers["content-type"]).toContain("text/html");
      const policy = String(page.headers["content-security-policy"]);
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toContain("http");
      // An inline script would not run under this policy.
      expect(page.body).not.toMatch(/<script(?![^>]* src=)/);
      const base = path.endsWith("/") ? path : `${path}/`;
      for (const [, address = ""] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
        const file = await http.call("GET", new URL(address, `http://x${base}`).pathname, { token: null });
        expect(file.status, address).toBe(200);
      }
    },
  );

  it("shows the same document", async () => {
    expect((await http.call("GET", "/api/docs/json", { token: null })).body).toEqual(document);
  });
});
