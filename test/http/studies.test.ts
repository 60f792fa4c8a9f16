import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { createStudy, createTarget, proposalBody, studyBody, trialBody } from "./http-fixtures.ts";
import { useHttpServer } from "./http-harness.ts";

const http = useHttpServer();
const put = (id: string, payload: object) => http.call("PUT", `studies/${id}`, { payload });
const fieldsOf = (answer: { status: number; body: { detail?: { fields?: { path: string }[] } } }) => {
  expect(answer.status).toBe(422);
  return answer.body.detail?.fields?.map((field) => field.path);
};

describe("PUT /studies/{id}", () => {
  it("stores a study with its trials and digest; the same body again changes nothing", async () => {
    const id = uuidv7();
    const trials = [trialBody(0), trialBody(1)];
    const payload = studyBody(await createTarget(http), { trials, best_trial_id: trials[1]?.id });

    const first = await put(id, payload);
    const again = await put(id, payload);

    expect(first.status).toBe(201);
    expect(first.headers.location).toBe(`/api/v1/studies/${id}`);
    expect(first.body).toMatchObject({
      id,
      name: payload.name,
      best_trial_id: trials[1]?.id,
      started_at: "2026-11-01T10:00:00.000Z",
      trials: [
        { id: trials[0]?.id, number: 0, is_baseline: true, started_at: "2026-11-01T09:00:00.000Z" },
        { id: trials[1]?.id, number: 1, duration_ms: 1_500, ended_at: "2026-11-01T09:00:01.500Z" },
      ],
      digest: { ...payload.digest, generated_at: expect.any(String) },
    });
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect((await http.call("GET", `studies/${id}`)).body).toEqual(first.body);
  });

  it("makes it what the last body says: trials changed, renumbered, added and left out, the digest gone", async () => {
    const { study_id, body } = await createStudy(http);
    const [zero, one] = body.trials;

    const answer = await put(study_id, {
      ...body,
      name: "renamed",
      status: "running",
      best_metric: null,
      trials: [
        { ...one, number: 0 },
        { ...trialBody(1), primary_metric: null, status: "pruned" },
      ],
      digest: undefined,
    });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      name: "renamed",
      status: "running",
      best_metric: null,
      digest: null,
    });
    expect(answer.body.trials).toHaveLength(2);
    expect(answer.body.trials[0]).toMatchObject({ id: one?.id, number: 0 });
    expect(answer.body.trials.map((trial: { id: string }) => trial.id)).not.toContain(zero?.id);
  });

  it("swaps the numbers of two trials", async () => {
    const { study_id, body } = await createStudy(http);
    const [zero, one] = body.trials;

    const answer = await put(study_id, {
      ...body,
      trials: [
        { ...zero, number: 1 },
        { ...one, number: 0 },
      ],
    });

    expect(answer.body.trials.map((trial: { id: string }) => trial.id)).toEqual([one?.id, zero?.id]);
  });

  it("dates a digest anew only when it says something new", async () => {
    const { study_id, body } = await createStudy(http);
    const { body: before } = await http.call("GET", `studies/${study_id}`);

    const same = await put(study_id, { ...body, name: "renamed" });
    const changed = await put(study_id, { ...body, digest: { ...body.digest, narrative: "More." } });

    expect(same.body.digest).toEqual(before.digest);
    expect(changed.body.digest).toMatchObject({ id: before.digest.id, narrative: "More." });
    expect(Date.parse(changed.body.digest.generated_at)).toBeGreaterThanOrEqual(
      Date.parse(before.digest.generated_at),
    );
  });

  it("keeps a trial a proposal was made from, and keeps its number from others", async () => {
    const { body, ...study } = await createStudy(http);
    const [zero, one] = body.trials;
    const payload = proposalBody(study, { study_id: study.study_id, study_trial_id: one?.id });
    expect((await http.call("POST", "proposals", { payload })).status).toBe(201);

    const without = await put(study.study_id, { ...body, trials: [zero] });
    expect(without.body.trials.map((trial: { id: string }) => trial.id)).toEqual([zero?.id, one?.id]);

    expect(fieldsOf(await put(study.study_id, { ...body, trials: [zero, trialBody(1)] }))).toEqual([
      "trials.1.number",
    ]);
  });

  it("keeps its cluster and template once it has a proposal, and not before", async () => {
    const { body, ...study } = await createStudy(http);
    const moved = { ...body, ...(await createTarget(http)) };
    expect((await put(study.study_id, moved)).status).toBe(200);
    await put(study.study_id, body);
    await http.call("POST", "proposals", { payload: proposalBody(study, { study_id: study.study_id }) });

    expect(fieldsOf(await put(study.study_id, moved))).toEqual(["cluster_id", "template_id"]);
  });

  it("takes 5,000 trials in a body far above the usual limit, and not one more", async () => {
    const trials = Array.from({ length: 5_000 }, (_, number) =>
      trialBody(number, { params: { boost: number / 7, note: "x".repeat(200) } }),
    );
    const payload = studyBody(await createTarget(http), { trials, trial_count: 5_000 });
    expect(JSON.stringify(payload).length).toBeGreaterThan(2 * 1024 * 1024);
    const id = uuidv7();

    expect((await put(id, payload)).body.trials).toHaveLength(5_000);
    expect(fieldsOf(await put(id, { ...payload, trials: [...trials, trialBody(5_000)] }))).toEqual([
      "trials",
    ]);
  });

  it("answers 413 to a body of more than 8 MiB", async () => {
    const answer = await put(uuidv7(), { narrative: "x".repeat(8 * 1024 * 1024) });

    expect(answer.status).toBe(413);
  });

  it("stores one of several states sent at once whole, and answers each", async () => {
    const id = uuidv7();
    const target = await createTarget(http);
    const bodies = Array.from({ length: 6 }, (_, index) =>
      studyBody(target, { name: `state ${index}`, trials: [trialBody(index)], best_metric: index }),
    );

    const answers = await Promise.all(bodies.map((body) => put(id, body)));

    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
    const { body: stored } = await http.call("GET", `studies/${id}`);
    const winner = bodies.find((body) => body.name === stored.name);
    expect(stored.trials.map((trial: { id: string }) => trial.id)).toEqual(
      winner?.trials.map((trial) => trial.id),
    );
    expect(stored.best_metric).toBe(winner?.best_metric);
  });

  it("never drops a trial that a proposal refers to at the same moment", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { body, ...study } = await createStudy(http);
      const [zero, one] = body.trials;
      const payload = proposalBody(study, { study_id: study.study_id, study_trial_id: one?.id });

      const [stored, proposed] = await Promise.all([
        put(study.study_id, { ...body, trials: [zero] }),
        http.call("POST", "proposals", { payload }),
      ]);

      expect(stored.status).toBe(200);
      expect([201, 422]).toContain(proposed.status);
      const { body: after } = await http.call("GET", `studies/${study.study_id}`);
      expect(after.trials).toHaveLength(proposed.status === 201 ? 2 : 1);
    }
  });

  it.each([
    ["cluster_id", "CLUSTER_NOT_FOUND"],
    ["template_id", "TEMPLATE_NOT_FOUND"],
  ])("answers 404 when its %s is nobody's", async (key, code) => {
    const target = { ...(await createTarget(http)), [key]: uuidv7() };
    const id = uuidv7();

    const answer = await put(id, studyBody(target));

    expect(answer.status).toBe(404);
    expect(answer.body.detail.error_code).toBe(code);
    expect((await http.call("GET", `studies/${id}`)).body.detail.error_code).toBe("STUDY_NOT_FOUND");
  });

  it("refuses trials that do not fit together, and stores nothing", async () => {
    const target = await createTarget(http);
    const trial = trialBody(0);
    const id = uuidv7();

    const refused = (changes: object) => put(id, studyBody(target, changes)).then(fieldsOf);
    expect(await refused({ trials: [trial, { ...trial, number: 1 }] })).toEqual(["trials.1.id"]);
    expect(await refused({ trials: [trial, trialBody(0)] })).toEqual(["trials.1.number"]);
    expect(await refused({ trials: [trial], best_trial_id: uuidv7() })).toEqual(["best_trial_id"]);
    expect((await http.call("GET", `studies/${id}`)).status).toBe(404);
  });

  it("refuses a trial of another study, and leaves that one alone", async () => {
    const other = await createStudy(http);
    const foreign = other.body.trials[1];
    const target = await createTarget(http);

    const answer = await put(
      uuidv7(),
      studyBody(target, { trials: [trialBody(0), { ...foreign, params: {} }] }),
    );

    expect(fieldsOf(answer)).toEqual(["trials.1.id"]);
    const { body } = await http.call("GET", `studies/${other.study_id}`);
    expect(body.trials[1]).toMatchObject({ id: foreign?.id, params: foreign?.params });
  });

  it.each([
    ["a time without an offset", { started_at: "2026-11-01T10:00:00" }, "started_at"],
    ["a day that does not exist", { started_at: "2026-02-30T10:00:00Z" }, "started_at"],
    ["the year 0", { started_at: "0000-01-01T00:00:00Z" }, "started_at"],
    ["the year 10000 in UTC", { completed_at: "9999-12-31T23:59:59-23:59" }, "completed_at"],
    ["an unknown status", { status: "done" }, "status"],
    ["a count beyond the column", { trial_count: 2_147_483_648 }, "trial_count"],
    ["an objective that is a list", { objective: [] }, "objective"],
    [
      "an importance that is no number",
      {
        digest: {
          ...studyBody({ cluster_id: "", template_id: "" }).digest,
          parameter_importance: { boost: "high" },
        },
      },
      "digest.parameter_importance.boost",
    ],
    ["a trial with an unknown key", { trials: [trialBody(0, { colour: 1 })] }, "trials.0.colour"],
    [
      "a trial that took less than no time",
      { trials: [trialBody(0, { duration_ms: -1 })] },
      "trials.0.duration_ms",
    ],
  ])("refuses %s", async (_what, changes, path) => {
    expect(fieldsOf(await put(uuidv7(), studyBody(await createTarget(http), changes)))).toContain(path);
  });

  it("keeps the smallest and the largest numbers as they are", async () => {
    const extremes = { baseline_metric: 5e-324, best_metric: -1.7976931348623157e308 };
    const trial = trialBody(0, { primary_metric: 1.7976931348623157e308, params: { a: 5e-324, b: 1e300 } });

    const answer = await put(uuidv7(), studyBody(await createTarget(http), { ...extremes, trials: [trial] }));

    expect(answer.body).toMatchObject({
      ...extremes,
      trials: [{ primary_metric: trial.primary_metric, params: trial.params }],
    });
  });
});

describe("GET /studies/{id}", () => {
  it.each([uuidv7(), "x"])("answers 404 for the id %s", async (id) => {
    const answer = await http.call("GET", `studies/${id}`);

    expect(answer.status).toBe(404);
    expect(answer.body.detail.error_code).toBe("STUDY_NOT_FOUND");
  });
});
