import { describe, expect, it } from "vitest";
import { templateBody } from "./http-fixtures.ts";
import { useHttpServer } from "./http-harness.ts";

const http = useHttpServer();
const create = (changes: object = {}) =>
  http.call("POST", "query-templates", { payload: templateBody(changes) });

describe("POST /query-templates", () => {
  it("declares a version of a template, and the next one", async () => {
    const payload = templateBody({ name: "products" });

    const first = await http.call("POST", "query-templates", { payload });
    const second = await http.call("POST", "query-templates", { payload: { ...payload, version: 2 } });

    expect(first.status).toBe(201);
    expect(first.headers.location).toBe(`/api/v1/query-templates/${first.body.id}`);
    expect(first.body).toEqual({ ...payload, id: expect.any(String), created_at: expect.any(String) });
    expect(second.body.version).toBe(2);
    expect((await http.call("GET", `query-templates/${first.body.id}`)).body).toEqual(first.body);
    expect((await http.call("GET", "query-templates?limit=1")).body.data).toEqual([second.body]);
  });

  it("answers one 201 and otherwise 409 to several creates of one version at the same moment", async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => create({ name: "raced" })));

    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409]);
    expect(answers.find((answer) => answer.status === 409)?.body.detail.error_code).toBe("TEMPLATE_EXISTS");
  });

  it.each([
    ["a name that is no file name", { name: "../x" }, "name"],
    ["a name that begins with a dot", { name: ".x" }, "name"],
    ["a name too long", { name: "x".repeat(101) }, "name"],
    ["version 0", { version: 0 }, "version"],
    ["a version no integer column holds", { version: 2_147_483_648 }, "version"],
    ["an unknown type", { declared_params: { boost: "colour" } }, "declared_params.boost"],
    [
      "bounds the wrong way round",
      { declared_params: { b: { type: "float", low: 2, high: 1 } } },
      "declared_params.b",
    ],
    ["no declaration", { declared_params: null }, "declared_params"],
  ])("refuses %s", async (_what, changes, path) => {
    const answer = await create(changes);

    expect(answer.status).toBe(422);
    expect(answer.body.detail.fields[0].path).toContain(path);
  });

  it.each(["0198a0c0-0000-7000-8000-000000000000", "x"])("is found by its id, and not by %s", async (id) => {
    const answer = await http.call("GET", `query-templates/${id}`);

    expect(answer.status).toBe(404);
    expect(answer.body.detail.error_code).toBe("TEMPLATE_NOT_FOUND");
  });
});
