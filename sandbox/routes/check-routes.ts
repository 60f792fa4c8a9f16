import { z } from "zod";
import { checkRunAnswer } from "../answers/check.ts";
import { ourReporter } from "../checks/check-apps.ts";
import { CONCLUSIONS, changeCheckRun, createCheckRun } from "../checks/check-runs.ts";
import { notAccessible, notFound } from "../github-error.ts";
import { numberParam, readBody } from "../rest/call.ts";
import type { Rest } from "../rest/rest.ts";
import type { CheckRunRecord } from "../state/model.ts";
import type { RouteDeps } from "./route-deps.ts";

const TEXT_CHARS_MAX = 65_535;
const ANNOTATIONS_MAX = 50;
const ACTIONS_MAX = 3;

const Output = z.object({
  title: z.string(),
  summary: z.string().max(TEXT_CHARS_MAX),
  text: z.string().max(TEXT_CHARS_MAX).optional(),
  annotations: z
    .array(z.looseObject({ path: z.string(), message: z.string() }))
    .max(ANNOTATIONS_MAX)
    .optional(),
});

const fields = {
  details_url: z.string().optional(),
  external_id: z.string().optional(),
  status: z.enum(["queued", "in_progress", "completed"]).optional(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  conclusion: z.enum(CONCLUSIONS).optional(),
  output: Output.optional(),
  actions: z
    .array(
      z.object({
        label: z.string().max(20),
        description: z.string().max(40),
        identifier: z.string().max(20),
      }),
    )
    .max(ACTIONS_MAX)
    .optional(),
};
const CreateBody = z.object({ ...fields, name: z.string(), head_sha: z.string() });
const UpdateBody = z.object({ ...fields, name: z.string().optional() });

export function checkRoutes(rest: Rest, deps: RouteDeps): void {
  const { site, store } = deps;
  const LIST = "/repos/:owner/:repo/check-runs";
  const ONE = `${LIST}/:id`;

  const find = (repositoryId: number, id: number): CheckRunRecord => {
    const run = store.state.check_runs.find((one) => one.id === id && one.repository_id === repositoryId);
    if (!run) throw notFound();
    return run;
  };

  rest.repository("POST", LIST, [["checks", "write"]], async ({ repository, body }) => {
    const wanted = readBody(CreateBody, body);
    const run = await createCheckRun(deps, repository, ourReporter(store.state), wanted);
    const answer = checkRunAnswer(site, store.state, repository, run);
    return { status: 201, headers: { location: answer.url }, body: answer };
  });

  rest.repository("GET", ONE, [["checks", "read"]], (call) => {
    const run = find(call.repository.id, numberParam(call, "id"));
    return { status: 200, body: checkRunAnswer(site, store.state, call.repository, run) };
  });

  rest.repository("PATCH", ONE, [["checks", "write"]], (call) => {
    const change = readBody(UpdateBody, call.body);
    const run = find(call.repository.id, numberParam(call, "id"));
    const { app, sender } = ourReporter(store.state);
    // Every app changes its own only.
    if (run.app.id !== app.id) throw notAccessible();
    changeCheckRun(deps, call.repository, run, change, sender);
    return { status: 200, body: checkRunAnswer(site, store.state, call.repository, run) };
  });
}
