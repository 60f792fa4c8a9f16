import { beforeEach, describe, expect, it } from "vitest";
import type { Press } from "../../src/actions/press-open-pr.ts";
import type { Rejection } from "../../src/actions/reject-proposal.ts";
import { appendEvent } from "../../src/db/events-store.ts";
import { claimRun, handOver, markQueued, markRejected, recordFailure } from "../../src/db/open-pr-store.ts";
import { AppError, WORKER_CODES } from "../../src/errors.ts";
import { ERROR_CODES } from "../../src/http/error-codes.ts";
import type { Preview } from "../../src/http/schemas/preview.ts";
import { createTarget, proposalBody } from "./http-fixtures.ts";
import { send, useHttpServer } from "./http-harness.ts";

const presses: Press[] = [];
const rejections: Rejection[] = [];
const http = useHttpServer({
  openPr: async (press) => void presses.push(press),
  reject: async (rejection) => {
    rejections.push(rejection);
    const rejected = await markRejected(http.db, rejection.proposalId, rejection.reason);
    if (rejected === undefined) throw new AppError("INVALID_STATE_TRANSITION", "It is rejected already.");
    return rejected;
  },
});

let id: string;
beforeEach(async () => {
  const answer = await http.call("POST", "proposals", { payload: proposalBody(await createTarget(http)) });
  id = answer.body.id;
});

const openPr = async () => (await http.call("GET", `proposals/${id}`)).body.open_pr;

describe("POST /proposals/{id}/open_pr", () => {
  it("answers 202 and hands on who pressed, in which request", async () => {
    const answer = await http.call("POST", `proposals/${id}/open_pr`, {
      headers: { "x-relyloop-actor": "Ada", "x-request-id": "the-press" },
    });

    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ proposal_id: id, status: "pending", message: expect.any(String) });
    expect(presses.at(-1)).toEqual({
      proposalId: id,
      actor: { token: "all", person: "Ada" },
      requestId: "the-press",
    });
  });

  it("takes an empty object as its body, and nothing else", async () => {
    expect((await http.call("POST", `proposals/${id}/open_pr`, { payload: {} })).status).toBe(202);
    expect((await http.call("POST", `proposals/${id}/open_pr`, { payload: { force: true } })).status).toBe(
      422,
    );
  });

  it("answers 404 to an id that is no UUID without asking", async () => {
    const before = presses.length;

    expect((await http.call("POST", "proposals/1/open_pr")).body.detail.error_code).toBe(
      "PROPOSAL_NOT_FOUND",
    );
    expect(presses).toHaveLength(before);
  });

  it.each([
    [new AppError("GITHUB_NOT_CONFIGURED", "It is archived.", { reason: "archived" }), 503, false],
    [new AppError("QUEUE_UNAVAILABLE", "Nothing changed."), 503, true],
    [new AppError("CLUSTER_HAS_NO_CONFIG_REPO", "None."), 422, false],
    [new AppError("INVALID_STATE_TRANSITION", "Merged.", { reason: "pr_merged" }), 409, false],
  ])("passes a refusal on: %s", async (error, status, retryable) => {
    const app = await http.serve({ openPr: () => Promise.reject(error) });

    const answer = await send(app, "POST", `proposals/${id}/open_pr`);

    expect(answer.status).toBe(status);
    expect(answer.body.detail).toEqual({
      error_code: error.code,
      message: error.message,
      retryable,
      ...(error.reason && { reason: error.reason }),
    });
  });
});

describe("open_pr of a proposal", () => {
  const job = () => ({ proposalId: id, attempt: 1, jobId: "job", retryCount: 0 });

  it("is queued after the press", async () => {
    await markQueued(http.db, id);

    expect(await openPr()).toMatchObject({ state: "queued", attempt: 1, error: null });
  });

  it("names the step it is at while it runs, and not one of an earlier attempt", async () => {
    await markQueued(http.db, id);
    await claimRun(http.db, job());
    await appendEvent(http.db, {
      proposalId: id,
      kind: "open_pr_step",
      data: { attempt: 1, step: "push_branch" },
    });
    expect(await openPr()).toMatchObject({ state: "running", attempt: 1, step: "push_branch" });

    await recordFailure(http.db, id, "job:0", { code: "CLONE_FAILED", message: "no answer" });
    await markQueued(http.db, id);
    await claimRun(http.db, { ...job(), attempt: 2 });
    expect(await openPr()).toMatchObject({ state: "running", attempt: 2, step: null });
  });

  it("names what it waits for, and until when", async () => {
    await markQueued(http.db, id);
    await claimRun(http.db, job());
    const until = new Date("2030-01-01T00:00:00Z");
    await handOver(http.db, id, "job:0", { jobId: "sequel", until });
    await appendEvent(http.db, {
      proposalId: id,
      kind: "open_pr_waiting",
      data: { attempt: 1, waiting_for: "rate_limited" },
    });

    expect(await openPr()).toMatchObject({
      state: "waiting",
      step: null,
      waiting_for: "rate_limited",
      next_at: "2030-01-01T00:00:00.000Z",
    });
  });

  it("takes the last failure apart, with the reason from the timeline", async () => {
    await markQueued(http.db, id);
    await claimRun(http.db, job());
    await recordFailure(http.db, id, "job:0", {
      code: "GITHUB_NOT_CONFIGURED",
      message: "acme: it is: archived",
    });
    await appendEvent(http.db, {
      proposalId: id,
      kind: "open_pr_failed",
      data: { attempt: 1, reason: "archived" },
    });

    expect(await openPr()).toMatchObject({
      state: "failed",
      error: {
        code: "GITHUB_NOT_CONFIGURED",
        reason: "archived",
        message: "acme: it is: archived",
        retryable: false,
      },
    });
  });
});

describe("POST /proposals/{id}/reject", () => {
  it("answers the rejected proposal, and hands on the reason and who gave it", async () => {
    const answer = await http.call("POST", `proposals/${id}/reject`, {
      payload: { reason: "Not now.\nLater." },
      headers: { "x-relyloop-actor": "Ada", "x-request-id": "the-rejection" },
    });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id, status: "rejected", rejected_reason: "Not now.\nLater." });
    expect(rejections.at(-1)).toEqual({
      proposalId: id,
      reason: "Not now.\nLater.",
      actor: { token: "all", person: "Ada" },
      requestId: "the-rejection",
    });
  });

  it("needs neither a reason nor a body, and happens once", async () => {
    expect((await http.call("POST", `proposals/${id}/reject`)).status).toBe(200);
    expect(rejections.at(-1)?.reason).toBeNull();

    const again = await http.call("POST", `proposals/${id}/reject`, { payload: {} });
    expect(again.status).toBe(409);
    expect(again.body.detail.error_code).toBe("INVALID_STATE_TRANSITION");
  });

  it.each([{ reason: 1 }, { reason: "x".repeat(2_001) }, { why: "so" }])("refuses %j", async (payload) => {
    expect((await http.call("POST", `proposals/${id}/reject`, { payload })).status).toBe(422);
  });
});

describe("GET /proposals/{id}/preview", () => {
  it("answers what would be done, and no more of it than is documented", async () => {
    const preview: Preview = {
      proposal_id: id,
      branch: `relyloop/proposal-${id}`,
      base_branch: "main",
      base_sha: "a".repeat(40),
      path: "prod/products.params.json",
      diff: "-1\n+4.2\n",
      title: "RelyLoop manual proposal",
      body: "…",
      changes: [
        { param: "boost", from: 1, to: 4.2 },
        { param: "fuzz", to: null },
      ],
      drift: [{ param: "boost", expected: 2, actual: 1 }],
      out_of_range: [{ param: "boost", value: 4.2, low: null, high: 4 }],
      chart: { media_type: "image/png", base64: "iVBORw0KGgo=" },
    };
    const app = await http.serve({ preview: async () => ({ ...preview, secret: "internal" }) });

    const answer = await send(app, "GET", `proposals/${id}/preview`);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(preview);
  });

  it.each(WORKER_CODES)("answers %s with the status of its code", async (code) => {
    const app = await http.serve({ preview: () => Promise.reject(new AppError(code, "So it is.")) });

    const answer = await send(app, "GET", `proposals/${id}/preview`);

    expect(answer.body.detail.error_code).toBe(code);
    expect(answer.status).toBe(ERROR_CODES[code].status);
    const expected = { CLONE_FAILED: 502, GITHUB_API_FAILED: 502, GITHUB_NOT_CONFIGURED: 503 };
    expect(answer.status).toBe(expected[code as keyof typeof expected] ?? 422);
  });
});
