import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { createStudy, createTarget, proposalBody } from "./http-fixtures.ts";
import { useHttpServer } from "./http-harness.ts";

const http = useHttpServer();
const UUID_OF_NOTHING = "0198a0c0-0000-7000-8000-000000000000";
const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const fieldsOf = (answer: { body: { detail: { fields?: { path: string }[] } } }) =>
  answer.body.detail.fields?.map((field) => field.path);

const markRejected = (id: string) =>
  http.db.updateTable("proposals").set({ status: "rejected" }).where("id", "=", id).execute();

describe("POST /proposals", () => {
  it("takes a proposal made by hand in, and shows it with its cluster and template", async () => {
    const target = await createTarget(http);

    const answer = await http.call("POST", "proposals", {
      payload: proposalBody(target, {
        metric_delta: { "ndcg@10": { baseline: 0.612, achieved: 0.762, delta_pct: 24.5 } },
      }),
    });

    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/api/v1/proposals/${answer.body.id}`);
    expect(answer.body).toMatchObject({
      ...target,
      study_id: null,
      study_trial_id: null,
      status: "pending",
      config_diff: { boost: { from: 1, to: 4.2 } },
      metric_delta: { "ndcg@10": { baseline: 0.612, achieved: 0.762, delta_pct: 24.5 } },
      pr_url: null,
      cluster: { id: target.cluster_id, config_repo_id: null },
      template: { id: target.template_id, version: 1 },
      study_summary: null,
      digest: null,
      open_pr: { state: "idle", attempt: 0, step: null, waiting_for: null, next_at: null, error: null },
    });
    expect(answer.body.created_at).toMatch(ISO_UTC);
    expect((await http.call("GET", `proposals/${answer.body.id}`)).body).toEqual(answer.body);
  });

  it("takes a study's proposal in, and shows it with its study and digest", async () => {
    const study = await createStudy(http);
    const study_trial_id = study.body.trials[1]?.id;

    const answer = await http.call("POST", "proposals", {
      payload: proposalBody(study, { study_id: study.study_id, study_trial_id }),
    });

    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      study_id: study.study_id,
      study_trial_id,
      study_summary: { id: study.study_id, name: study.body.name, best_metric: 0.762 },
      digest: { narrative: "Raising boost helps.\nA lot.", suggested_followups: ["try a larger range"] },
    });
  });

  it("puts who submitted it on the timeline", async () => {
    const target = await createTarget(http);
    const { body } = await http.call("POST", "proposals", {
      payload: proposalBody(target),
      headers: { "x-relyloop-actor": "Ada", "x-request-id": "submitted-by-ada" },
    });

    const events = await http.call("GET", `proposals/${body.id}/events`);

    expect(events.body.data).toMatchObject([
      {
        kind: "proposal_created",
        actor: "Ada (all)",
        data: { source: "manual", request_id: "submitted-by-ada" },
      },
    ]);
  });

  it.each([
    ["cluster_id", "CLUSTER_NOT_FOUND"],
    ["template_id", "TEMPLATE_NOT_FOUND"],
    ["study_id", "STUDY_NOT_FOUND"],
  ])("answers 404 when its %s is nobody's", async (key, code) => {
    const payload = proposalBody(await createTarget(http), { [key]: UUID_OF_NOTHING });

    const answer = await http.call("POST", "proposals", { payload });

    expect(answer.status).toBe(404);
    expect(answer.body.detail.error_code).toBe(code);
  });

  it("refuses another cluster, template or trial than the study's", async () => {
    const study = await createStudy(http);
    const other = await createStudy(http);
    const payload = proposalBody(other, {
      study_id: study.study_id,
      study_trial_id: other.body.trials[0]?.id,
    });

    const answer = await http.call("POST", "proposals", { payload });

    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toEqual(["cluster_id", "template_id", "study_trial_id"]);
  });

  it("refuses a trial without a study", async () => {
    const study = await createStudy(http);
    const payload = proposalBody(study, { study_trial_id: study.body.trials[0]?.id });

    expect(fieldsOf(await http.call("POST", "proposals", { payload }))).toEqual(["study_trial_id"]);
  });

  it.each([
    ["no change at all", { config_diff: {} }, "config_diff"],
    ["a parameter without a value", { config_diff: { boost: { from: 1 } } }, "config_diff.boost.to"],
    [
      "a metric without its numbers",
      { metric_delta: { ndcg: { baseline: 1 } } },
      "metric_delta.ndcg.achieved",
    ],
    ["a malformed id", { cluster_id: "1" }, "cluster_id"],
    ["an unknown key", { status: "pr_merged" }, "status"],
  ])("refuses %s", async (_what, changes, path) => {
    const answer = await http.call("POST", "proposals", {
      payload: proposalBody(await createTarget(http), changes),
    });

    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toContain(path);
  });

  it("answers 409 with the other's id while the study has a pending proposal, and not once it is rejected", async () => {
    const study = await createStudy(http);
    const payload = proposalBody(study, { study_id: study.study_id });
    const first = await http.call("POST", "proposals", { payload });

    const second = await http.call("POST", "proposals", { payload });

    expect(second.status).toBe(409);
    expect(second.body.detail).toMatchObject({ error_code: "PROPOSAL_EXISTS", reason: first.body.id });
    expect(second.body.detail.message).toContain(first.body.id);
    await markRejected(first.body.id);
    expect((await http.call("POST", "proposals", { payload })).status).toBe(201);
  });

  it("lets one of several submissions for a study at the same moment through", async () => {
    const study = await createStudy(http);
    const payload = proposalBody(study, { study_id: study.study_id });

    const answers = await Promise.all(
      Array.from({ length: 6 }, () => http.call("POST", "proposals", { payload })),
    );

    const created = answers.filter((answer) => answer.status === 201);
    expect(created).toHaveLength(1);
    for (const refused of answers.filter((answer) => answer.status !== 201)) {
      expect(refused.body.detail).toMatchObject({
        error_code: "PROPOSAL_EXISTS",
        reason: created[0]?.body.id,
      });
    }
  });
});

describe("PUT /proposals/{id}", () => {
  it("answers 201 the first time, 200 to the same body, and adds one event", async () => {
    const id = uuidv7();
    const target = await createTarget(http);
    const put = (config_diff: object) =>
      http.call("PUT", `proposals/${id.toUpperCase()}`, { payload: proposalBody(target, { config_diff }) });

    const first = await put({ boost: { to: 4.2 }, mode: { from: "a", to: 1 } });
    const again = await put({ mode: { to: 1, from: "a" }, boost: { to: 4.2 } });

    expect(first.status).toBe(201);
    expect(first.body.id).toBe(id);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect((await http.call("GET", `proposals/${id}/events`)).body.data).toHaveLength(1);
  });

  it("answers 200 to the same body also after the proposal moved on", async () => {
    const id = uuidv7();
    const study = await createStudy(http);
    const payload = proposalBody(study, { study_id: study.study_id });
    await http.call("PUT", `proposals/${id}`, { payload });
    await markRejected(id);

    const answer = await http.call("PUT", `proposals/${id}`, { payload });

    expect(answer.status).toBe(200);
    expect(answer.body.status).toBe("rejected");
  });

  it("answers 409 with the id to another body, and changes nothing", async () => {
    const id = uuidv7();
    const target = await createTarget(http);
    await http.call("PUT", `proposals/${id}`, { payload: proposalBody(target) });

    const answer = await http.call("PUT", `proposals/${id}`, {
      payload: proposalBody(target, { config_diff: { boost: { from: 1, to: 4.3 } } }),
    });

    expect(answer.status).toBe(409);
    expect(answer.body.detail).toMatchObject({ error_code: "PROPOSAL_EXISTS", reason: id });
    expect((await http.call("GET", `proposals/${id}`)).body.config_diff.boost.to).toBe(4.2);
  });

  it("makes one proposal of the same body sent several times at once", async () => {
    const id = uuidv7();
    const payload = proposalBody(await createTarget(http));

    const answers = await Promise.all(
      Array.from({ length: 6 }, () => http.call("PUT", `proposals/${id}`, { payload })),
    );

    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
  });

  it("refuses an id that is no UUID", async () => {
    const answer = await http.call("PUT", "proposals/mine", {
      payload: proposalBody(await createTarget(http)),
    });

    expect(answer.status).toBe(422);
    expect(fieldsOf(answer)).toEqual(["id"]);
  });
});

describe("GET /proposals/{id}", () => {
  it("answers 404 for an id that is nobody's", async () => {
    const answer = await http.call("GET", `proposals/${UUID_OF_NOTHING}`);

    expect(answer.status).toBe(404);
    expect(answer.body.detail.error_code).toBe("PROPOSAL_NOT_FOUND");
  });
});
