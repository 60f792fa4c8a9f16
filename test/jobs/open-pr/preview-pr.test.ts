import { isDeepStrictEqual } from "node:util";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Exchange } from "../../../sandbox/exchange.ts";
import type { ConfigRepoAccess } from "../../../src/jobs/config-repo-access.ts";
import { createPreviewPr } from "../../../src/jobs/open-pr/preview-pr.ts";
import { addReadyProposal } from "../../actions/action-fixtures.ts";
import type { ErrorBody } from "../../support/api.ts";
import { createScenario, PARAMS_FILE } from "../../support/scenario.ts";
import { startTestService, type TestService } from "../../support/service.ts";

let service: TestService;
const exchanges: Exchange[] = [];
beforeAll(async () => {
  service = await startTestService();
  service.sandbox.onExchange((exchange) => exchanges.push(exchange));
});
afterAll(async () => {
  expect(service.violations).toEqual([]);
  await service.close();
});

const preview = (id: string) => service.api.request<ErrorBody>("GET", `/proposals/${id}/preview`);

describe("a preview", () => {
  it("can only read: its token is for one repository's contents", async () => {
    const scenario = await createScenario(service);
    const id = await scenario.byHand();
    exchanges.length = 0;
    expect((await preview(id)).status).toBe(200);
    const minted = exchanges.filter(({ path }) => path.endsWith("/access_tokens"));
    // The new organisation's installation may still be listed meanwhile, with a token that reads no contents.
    const listing = { permissions: { metadata: "read" } };
    const others = minted.filter(({ requestBody }) => !isDeepStrictEqual(requestBody, listing));
    expect(others.map(({ requestBody }) => requestBody)).toEqual([
      { repository_ids: [scenario.repository.id], permissions: { contents: "read" } },
    ]);
    const writes = exchanges.filter(
      ({ method, path }) => method !== "GET" && !path.endsWith("/access_tokens"),
    );
    expect(writes).toEqual([]);
  });

  it("leaves the proposal as it is, and its timeline too", async () => {
    const { api } = service;
    const scenario = await createScenario(service);
    const id = await scenario.byHand();
    const [before, events] = [await api.proposal(id), await api.get(`/proposals/${id}/events`)];
    await preview(id);
    expect(await api.proposal(id)).toEqual(before);
    expect(await api.get(`/proposals/${id}/events`)).toEqual(events);
  });

  it("says what a press would stumble over: a branch that is not ours", async () => {
    const { sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId, branch } = await scenario.fromStudy();
    const files = { [scenario.path]: PARAMS_FILE.replace("2.0", "9.9") };
    await sandbox.pushAs("bob", scenario.repository.id, branch, files);
    const { status, body } = await preview(proposalId);
    expect([status, body.detail.error_code]).toEqual([422, "BRANCH_EXISTS"]);
  });

  it("says what a press would stumble over: a base branch that is missing", async () => {
    const scenario = await createScenario(service);
    const id = await scenario.byHand();
    const body = { pr_base_branch: "no-such-branch" };
    await service.api.request("PATCH", `/config-repos/${scenario.configRepoId}`, { body });
    const answer = await preview(id);
    expect([answer.status, answer.body.detail.error_code]).toEqual([502, "CLONE_FAILED"]);
    expect(answer.body.detail.reason).toBe("base_branch_missing");
  });

  it("says that git refuses", async () => {
    const { sandbox } = service;
    const scenario = await createScenario(service);
    const id = await scenario.byHand();
    const path = `/${scenario.repository.full_name}*`;
    const fault = sandbox.faults.add({ path, fault: { kind: "answer", status: 403 }, times: null });
    const { status, body } = await preview(id);
    sandbox.faults.remove(fault);
    expect([status, body.detail.error_code, body.detail.reason]).toEqual([502, "CLONE_FAILED", "forbidden"]);
  });

  it("passes the last-resort filter with its title and its body as they are shown", async () => {
    const { id } = await addReadyProposal(service.db);
    const bytes = new TextEncoder().encode('{ "boost": 1 }\n');
    const preview = createPreviewPr({
      db: service.db,
      log: pino({ level: "silent" }),
      credentials: true,
      renderImportanceChart: async () => new Uint8Array(),
      baseUrl: null,
      redact: (text) => text.replaceAll("RelyLoop", "[redacted]"),
      openConfigRepo: () =>
        ({
          git: {
            tips: async () => ({ base: "a".repeat(40), branch: null }),
            readFile: async () => ({ kind: "file", bytes }),
          },
          close: async () => undefined,
        }) as unknown as ConfigRepoAccess,
    });
    const actor = { token: "ui", person: null };
    const { title, body } = await preview({ proposalId: id, actor, signal: new AbortController().signal });
    expect(title).toMatch(/^\[redacted\] manual proposal /);
    expect(body).toContain("[redacted]");
    expect(title + body).not.toContain("RelyLoop");
  });
});
