import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { send, TOKENS, useHttpServer } from "./http-harness.ts";

const asked: { withPendingProposal: boolean }[] = [];
const ids = {
  cluster_id: uuidv7(),
  template_id: uuidv7(),
  study_id: uuidv7(),
  trial_ids: [uuidv7(), uuidv7()],
  digest_id: uuidv7(),
  proposal_id: null,
};
const PATH = "_test/studies/seed-completed";

describe("POST /_test/studies/seed-completed in the sandbox", () => {
  const http = useHttpServer({
    seedCompletedStudy: async (input) => {
      asked.push(input);
      return ids;
    },
  });

  it.each([
    [undefined, true],
    [{}, true],
    [{ with_pending_proposal: true }, true],
    [{ with_pending_proposal: false }, false],
  ])("with %j makes a study, with a pending proposal: %j", async (payload, withPendingProposal) => {
    const answer = await http.call("POST", PATH, payload ? { payload } : {});

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual(ids);
    expect(asked.at(-1)).toEqual({ withPendingProposal });
  });

  it.each([{ with_pending_proposals: true }, { with_pending_proposal: "yes" }, []])(
    "refuses %j",
    async (payload) => {
      expect((await http.call("POST", PATH, { payload })).status).toBe(422);
    },
  );

  it("needs the scope write", async () => {
    expect((await http.call("POST", PATH, { token: TOKENS.reader })).status).toBe(403);
  });
});

describe("POST /_test/studies/seed-completed outside the sandbox", () => {
  const http = useHttpServer();

  it.each([
    ["a right request", { payload: {} }],
    ["a wrong body", { payload: { a: 1 } }],
    ["broken JSON", { payload: "{", headers: { "content-type": "application/json" } }],
    ["another media type", { payload: "x", headers: { "content-type": "text/plain" } }],
    ["no body", {}],
    ["no token", { token: null }],
    ["a token without the scope", { token: TOKENS.reader }],
  ])("answers %s byte by byte as an unknown route does", async (_what, call) => {
    const raw = async (path: string) => {
      const {
        token = TOKENS.all,
        payload,
        headers,
      } = { payload: undefined, headers: {}, ...call } as {
        token?: string | null;
        payload?: string | object;
        headers?: Record<string, string>;
      };
      const response = await http.app.inject({
        method: "POST",
        url: `/api/v1/${path}`,
        ...(payload !== undefined && { payload }),
        headers: {
          ...headers,
          "x-request-id": "same",
          ...(token !== null && { authorization: `Bearer ${token}` }),
        },
      });
      const { date: _, ...kept } = response.headers;
      return { status: response.statusCode, headers: kept, bytes: response.rawPayload.toString("latin1") };
    };

    expect(await raw(PATH)).toEqual(await raw("no/such/route-in-this-api"));
  });

  it("is not in the document", async () => {
    const { body } = await send(http.app, "GET", "/api/openapi.json");

    expect(JSON.stringify(body)).not.toContain("_test");
  });
});
