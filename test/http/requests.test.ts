import { describe, expect, it } from "vitest";
import { clusterBody } from "./http-fixtures.ts";
import { send, TOKENS, useHttpServer } from "./http-harness.ts";

const http = useHttpServer();
const json = { "content-type": "application/json" };
const post = (payload: string | Buffer, headers: Record<string, string> = json) =>
  http.call("POST", "clusters", { payload, headers });

const expectError = (answer: { status: number; body: unknown }, status: number, error_code: string) => {
  expect(answer.body).toMatchObject({
    detail: { error_code, message: expect.any(String), retryable: expect.any(Boolean) },
  });
  expect(answer.status).toBe(status);
};

describe("a body", () => {
  it.each([
    ["broken JSON", '{"name": '],
    ["JSON with something behind it", "{} {}"],
    ["nothing", ""],
    ["white space", " \n"],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ["a key named __proto__", '{"__proto__": {"name": "x"}}'],
    ["33 levels", `${"[".repeat(33)}${"]".repeat(33)}`],
    ["a million levels", "[".repeat(1_000_000)],
    ["a million levels of objects", '{"a":'.repeat(200_000)],
  ])("of %s is 400", async (_what, payload) => {
    expectError(await post(payload), 400, "BAD_REQUEST");
  });

  it("that is missing is 400", async () => {
    expectError(await http.call("POST", "clusters"), 400, "BAD_REQUEST");
  });

  it.each(["text/plain", "application/xml", "multipart/form-data", "nonsense"])(
    "of type %s is 415",
    async (type) => {
      expectError(await post("{}", { "content-type": type }), 415, "UNSUPPORTED_MEDIA_TYPE");
    },
  );

  it("of a type with parameters is read", async () => {
    const answer = await post(JSON.stringify(clusterBody()), {
      "content-type": "Application/JSON; charset=utf-8",
    });

    expect(answer.status).toBe(201);
  });

  it("of more than 1 MiB is 413", async () => {
    expectError(await post(JSON.stringify({ name: "x".repeat(1024 * 1024) })), 413, "PAYLOAD_TOO_LARGE");
  });

  it("that is no object is 422", async () => {
    expectError(await post("[1]"), 422, "VALIDATION_ERROR");
    expectError(await post('"text"'), 422, "VALIDATION_ERROR");
  });

  it("names every bad value and every unknown key by its path", async () => {
    const answer = await http.call("POST", "clusters", {
      payload: clusterBody({ environment: "moon", provider: "github", colour: 1 }),
    });

    expectError(answer, 422, "VALIDATION_ERROR");
    expect(answer.body.detail.fields.map((field: { path: string }) => field.path).sort()).toEqual([
      "colour",
      "environment",
      "provider",
    ]);
  });

  it.each([
    ["U+0000", '"a\\u0000b"'],
    ["half a surrogate pair", '"a\\ud800b"'],
  ])("with %s in a text is 422 with the path", async (_what, text) => {
    const answer = await post(`{"name": "x", "more": [{"deep": ${text}}]}`);

    expectError(answer, 422, "VALIDATION_ERROR");
    expect(answer.body.detail.fields).toEqual([{ path: "more.0.deep", message: expect.any(String) }]);
  });

  it("with U+0000 in a key is 422", async () => {
    expectError(await post('{"a\\u0000b": 1}'), 422, "VALIDATION_ERROR");
  });

  it("with a number a double can't hold is 422 with the path", async () => {
    const answer = await post('{"name": "x", "more": {"count": 12345678901234567}}');

    expectError(answer, 422, "VALIDATION_ERROR");
    expect(answer.body.detail.fields[0].path).toBe("more.count");
  });
});

describe("the rest of a request", () => {
  it.each(["cursor", "status", "cluster_id", "limit"])(
    "with U+0000 in %s is 422 with the path",
    async (key) => {
      const answer = await http.call("GET", `proposals?${key}=a%00b`);

      expectError(answer, 422, "VALIDATION_ERROR");
      expect(answer.body.detail.fields[0].path).toBe(key);
    },
  );

  it.each(["limit=0", "limit=201", "limit=-1", "limit=1.5", "limit=0x10", "limit=", "limit=1&limit=2"])(
    "with %s is 422",
    async (query) => {
      const answer = await http.call("GET", `clusters?${query}`);

      expectError(answer, 422, "VALIDATION_ERROR");
      expect(answer.body.detail.fields[0].path).toBe("limit");
    },
  );

  it("with an unknown key in the query is 422", async () => {
    expectError(await http.call("GET", "proposals?state=pending"), 422, "VALIDATION_ERROR");
  });

  it.each([
    "nonsense",
    Buffer.from("2026-01-01T00:00:00.000Z nonsense").toString("base64url"),
    Buffer.from("0000-01-01T00:00:00.000Z 0198a0c0-0000-7000-8000-000000000000").toString("base64url"),
    Buffer.from("2026-99-01T00:00:00.000Z 0198a0c0-0000-7000-8000-000000000000").toString("base64url"),
    "x".repeat(5_000),
  ])("with a cursor nobody gave (%#) is 422", async (cursor) => {
    const answer = await http.call("GET", `clusters?cursor=${cursor}`);

    expectError(answer, 422, "VALIDATION_ERROR");
    expect(answer.body.detail.fields[0].path).toBe("cursor");
  });

  it("with an id that is no UUID is an unknown id, however long", async () => {
    expectError(await http.call("GET", "proposals/1"), 404, "PROPOSAL_NOT_FOUND");
    expectError(await http.call("GET", `proposals/${"9".repeat(5_000)}`), 404, "PROPOSAL_NOT_FOUND");
    expectError(await http.call("GET", "clusters/%20"), 404, "CLUSTER_NOT_FOUND");
    expectError(await http.call("GET", "studies/a%00b"), 404, "STUDY_NOT_FOUND");
  });

  it("with a method the route does not have is 404", async () => {
    expectError(await http.call("DELETE", "clusters"), 404, "NOT_FOUND");
    expectError(await http.call("POST", "events", { payload: {} }), 404, "NOT_FOUND");
  });
});

describe("X-Relyloop-Actor", () => {
  const asSent = (name: string) => Buffer.from(name, "utf8").toString("latin1");
  const create = (name: string) =>
    http.call("POST", "clusters", { payload: clusterBody(), headers: { "x-relyloop-actor": name } });

  it.each(["Ada Lovelace", "Zoë Müller", "王小明", "😀".repeat(100), ""])("may be %j", async (name) => {
    expect((await create(asSent(name))).status).toBe(201);
  });

  it.each([
    ["longer than 100 characters", "x".repeat(101)],
    ["with a control character", "a\u0007b"],
    ["with U+0000", "a\u0000b"],
    ["with text turned around", "a\u202eb"],
    ["not in UTF-8", "\u00ff"],
  ])("is refused when it is %s", async (what, name) => {
    const answer = await create(what === "not in UTF-8" ? name : asSent(name));

    expectError(answer, 422, "VALIDATION_ERROR");
    expect(answer.body.detail.fields[0].path).toBe("x-relyloop-actor");
  });
});

describe("every answer", () => {
  it("repeats the request id, if it is one", async () => {
    const withId = (id: string) => http.call("GET", "no-such-route", { headers: { "x-request-id": id } });

    expect((await withId("a.B_c-9")).headers["x-request-id"]).toBe("a.B_c-9");
    const token = `ghs_${"t0k3n".repeat(8)}`;
    expect((await withId(token)).headers["x-request-id"], "a secret is no id").toMatch(/^[0-9a-f-]{36}$/);
    for (const id of ["with space", "x".repeat(65), "ü", "a,b"]) {
      expect((await withId(id)).headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it.each(["/api/v1/clusters", "/api/v1/no-such-route", "/no-such-page", "/healthz", "/api/v1/x/%ff"])(
    "to %s has a request id and is not to be sniffed, framed or kept",
    async (path) => {
      const { headers } = await http.call("GET", path);

      expect(headers["x-request-id"]).toEqual(expect.any(String));
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["cache-control"]).toBe("no-store");
      expect(headers["content-security-policy"]).toBe("default-src 'none';frame-ancestors 'none'");
      expect(headers["x-frame-options"]).toBe("DENY");
      expect(headers["referrer-policy"]).toBe("no-referrer");
    },
  );

  it("to a fault of the service hides it, and logs it under the request id", async () => {
    const app = await http.serve({
      openPr: async () => {
        throw new TypeError(`undefined is not a function, and ${TOKENS.all} is a secret`);
      },
    });

    const answer = await send(app, "POST", "proposals/0198a0c0-0000-7000-8000-000000000000/open_pr");

    expectError(answer, 500, "INTERNAL");
    expect(answer.body.detail.retryable).toBe(true);
    expect(JSON.stringify(answer.body)).not.toContain("undefined");
    const line = http.logged.find((entry) => entry.msg === "request failed");
    expect(line).toMatchObject({
      request_id: answer.headers["x-request-id"],
      error_code: "INTERNAL",
      err: { message: expect.stringContaining("undefined is not a function") },
    });
  });

  it("is logged with the path, but neither the query nor the secret", async () => {
    await http.call("GET", "clusters?limit=7", { headers: { "x-request-id": "to-be-found" } });

    const line = http.logged.find((entry) => entry.request_id === "to-be-found");
    expect(line).toMatchObject({ method: "GET", path: "/api/v1/clusters", status: 200, token: "all" });
    expect(JSON.stringify(http.logged)).not.toContain(TOKENS.reader);
    expect(JSON.stringify(line)).not.toContain("limit=7");
  });
});
