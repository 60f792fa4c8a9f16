import { z } from "zod";
import { checkRunAnswer } from "../answers/check.ts";
import { GitHubError, notFound } from "../github-error.ts";
import { numberParam, readBody } from "../rest/call.ts";
import type { Rest } from "../rest/rest.ts";
import { isoSeconds } from "../site.ts";
import type { CheckRunRecord } from "../state/model.ts";
import { takeId } from "../state/store.ts";
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

const CONCLUSIONS = [
  "action_required",
  "cancelled",
  "failure",
  "neutral",
  "success",
  "skipped",
  "timed_out",
] as const;

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

export function checkRoutes(rest: Rest, { site, store, clock, repositories }: RouteDeps): void {
  const LIST = "/repos/:owner/:repo/check-runs";
  const ONE = `${LIST}/:id`;

  const find = (repositoryId: number, id: number): CheckRunRecord => {
    const run = store.state.check_runs.find((one) => one.id === id && one.repository_id === repositoryId);
    if (!run) throw notFound();
    return run;
  };

  rest.repository("POST", LIST, [["checks", "write"]], async ({ repository, body }) => {
    const { name, head_sha, ...rest } = readBody(CreateBody, body);
    const type = /^[0-9a-f]{40}$/.test(head_sha)
      ? await repositories.git(repository).objectType(head_sha)
      : null;
    if (type !== "commit") throw new GitHubError(422, `No commit found for SHA: ${head_sha}`);
    const run = store.update((state) => {
      const blank: CheckRunRecord = {
        id: takeId(state),
        repository_id: repository.id,
        head_sha,
        name,
        external_id: null,
        details_url: null,
        status: "queued",
        conclusion: null,
        started_at: isoSeconds(clock.now()),
        completed_at: null,
        output: { title: null, summary: null, text: null, annotations_count: 0 },
      };
      state.check_runs.push(changed(blank, rest, isoSeconds(clock.now())));
      return blank;
    });
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
    store.update(() => changed(run, change, isoSeconds(clock.now())));
    return { status: 200, body: checkRunAnswer(site, store.state, call.repository, run) };
  });
}

/** Applies what was sent. A conclusion completes the run, whatever its status said; a completed run has to have one. */
function changed(run: CheckRunRecord, change: z.infer<typeof UpdateBody>, now: string): CheckRunRecord {
  const status = change.conclusion === undefined ? (change.status ?? run.status) : "completed";
  if (status === "completed" && change.conclusion === undefined && run.conclusion === null) {
    throw new GitHubError(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.');
  }
  const done = status === "completed";
  const { output } = change;
  return Object.assign(run, {
    name: change.name ?? run.name,
    external_id: change.external_id ?? run.external_id,
    details_url: change.details_url ?? run.details_url,
    started_at: change.started_at ?? run.started_at,
    status,
    conclusion: done ? (change.conclusion ?? run.conclusion) : null,
    completed_at: done ? (change.completed_at ?? run.completed_at ?? now) : null,
    ...(output ? { output: newOutput(run, output) } : {}),
  });
}

function newOutput(run: CheckRunRecord, output: z.infer<typeof Output>): CheckRunRecord["output"] {
  const annotations_count = run.output.annotations_count + (output.annotations?.length ?? 0);
  return { title: output.title, summary: output.summary, text: output.text ?? null, annotations_count };
}
