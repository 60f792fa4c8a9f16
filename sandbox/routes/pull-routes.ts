import { z } from "zod";
import { commitAnswer, fileAnswer } from "../answers/commit.ts";
import { pullAnswer, reviewAnswer, simplePullAnswer } from "../answers/pull.ts";
import { GitHubError, validationFailed } from "../github-error.ts";
import { numberParam, readBody } from "../rest/call.ts";
import { paginate } from "../rest/paginate.ts";
import type { Rest } from "../rest/rest.ts";
import { accountById, repositoryById, sameName } from "../state/lookup.ts";
import type { PullRecord, RepositoryRecord } from "../state/model.ts";
import type { RouteDeps } from "./route-deps.ts";

const CreateBody = z.object({
  title: z.string(),
  head: z.string(),
  base: z.string(),
  body: z.string().nullable().default(null),
  draft: z.boolean().default(false),
  maintainer_can_modify: z.boolean().default(false),
});

const UpdateBody = z.object({
  title: z.string().optional(),
  body: z.string().nullable().optional(),
  state: z.enum(["open", "closed"]).optional(),
  base: z.string().optional(),
  maintainer_can_modify: z.boolean().optional(),
});

const MergeBody = z.object({
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
  sha: z.string().optional(),
  merge_method: z.enum(["merge", "squash", "rebase"]).default("merge"),
});

const READ = [["pull_requests", "read"]] as const;
const WRITE = [["pull_requests", "write"]] as const;

export function pullRoutes(rest: Rest, deps: RouteDeps): void {
  const { site, store, pulls, repositories } = deps;
  const PULL = "/repos/:owner/:repo/pulls/:number";
  const bot = () => accountById(store.state, store.state.app.bot_id);
  const full = async (repository: RepositoryRecord, pull: PullRecord) =>
    pullAnswer(site, store.state, repository, pull, await pulls.numbers(repository, pull));

  rest.repository("GET", "/repos/:owner/:repo/pulls", READ, async (call) => {
    const ownerOfHead = (pull: PullRecord): string => {
      const { owner_id } = repositoryById(store.state, pull.head_repository_id) ?? { owner_id: pull.user_id };
      return accountById(store.state, owner_id).login;
    };
    const wanted = selectPulls(await pulls.list(call.repository), ownerOfHead, call.query);
    const page = paginate(site, call, wanted);
    const body = page.items.map((pull) => simplePullAnswer(site, store.state, call.repository, pull));
    return { status: 200, headers: page.headers, body };
  });

  rest.repository("POST", "/repos/:owner/:repo/pulls", WRITE, async ({ repository, body }) => {
    const pull = await pulls.create(repository, bot(), readBody(CreateBody, body));
    const answer = await full(repository, pull);
    return { status: 201, headers: { location: answer.url }, body: answer };
  });

  rest.repository("GET", PULL, READ, async (call) => {
    const pull = await pulls.get(call.repository, numberParam(call, "number"));
    return { status: 200, body: await full(call.repository, pull) };
  });

  rest.repository("PATCH", PULL, WRITE, async (call) => {
    const change = readBody(UpdateBody, call.body);
    const pull = await pulls.update(call.repository, numberParam(call, "number"), change, bot());
    return { status: 200, body: await full(call.repository, pull) };
  });

  rest.repository("GET", `${PULL}/commits`, READ, async (call) => {
    const pull = await pulls.get(call.repository, numberParam(call, "number"));
    const commits = await repositories.git(call.repository).commits(pull.base_sha, pull.head_sha);
    const page = paginate(site, call, commits);
    const body = page.items.map((commit) => commitAnswer(site, store.state, call.repository, commit));
    return { status: 200, headers: page.headers, body };
  });

  rest.repository("GET", `${PULL}/files`, READ, async (call) => {
    const pull = await pulls.get(call.repository, numberParam(call, "number"));
    const files = await repositories.git(call.repository).changes(pull.base_sha, pull.head_sha);
    const page = paginate(site, call, files);
    const body = page.items.map((file) =>
      fileAnswer(site, store.state, call.repository, pull.head_sha, file),
    );
    return { status: 200, headers: page.headers, body };
  });

  rest.repository("GET", `${PULL}/reviews`, READ, async (call) => {
    const { repository } = call;
    const pull = await pulls.get(repository, numberParam(call, "number"));
    const reviews = store.state.reviews.filter(
      (review) => review.repository_id === repository.id && review.number === pull.number,
    );
    const page = paginate(site, call, reviews);
    const body = page.items.map((review) => reviewAnswer(site, store.state, repository, review));
    return { status: 200, headers: page.headers, body };
  });

  rest.repository("GET", `${PULL}/merge`, READ, async (call) => {
    const pull = await pulls.get(call.repository, numberParam(call, "number"));
    if (pull.merged_at === null) throw new GitHubError(404, "Not Found");
    return { status: 204 };
  });

  rest.repository("PUT", `${PULL}/merge`, [["contents", "write"]], async (call) => {
    const { merge_method: method, ...body } = readBody(MergeBody, call.body);
    if (method === "rebase") throw new GitHubError(405, "Rebase merges are not allowed on this repository.");
    const options = { method, sha: body.sha, title: body.commit_title, message: body.commit_message };
    const sha = await pulls.merge(call.repository, numberParam(call, "number"), bot(), options);
    return { status: 200, body: { sha, merged: true, message: "Pull Request successfully merged" } };
  });
}

/** The list's filters and order. A `head` without an owner filters nothing, which is what GitHub does too. */
function selectPulls(
  all: readonly PullRecord[],
  ownerOfHead: (pull: PullRecord) => string,
  query: Record<string, string>,
): PullRecord[] {
  const { state = "open", head, base, sort = "created" } = query;
  if (!["open", "closed", "all"].includes(state)) {
    throw validationFailed({ resource: "PullRequest", field: "state", code: "invalid" });
  }
  const [headOwner, headRef] = head?.includes(":") ? head.split(":", 2) : [];
  const key = sort === "updated" ? "updated_at" : "created_at";
  const descending = (query.direction ?? (sort === "created" ? "desc" : "asc")) === "desc";
  const selected = all.filter(
    (pull) =>
      (state === "all" || pull.state === state) &&
      (base === undefined || pull.base_ref === base) &&
      (headOwner === undefined || (pull.head_ref === headRef && sameName(headOwner, ownerOfHead(pull)))),
  );
  // Times have whole seconds; the number decides between two of the same second.
  selected.sort((a, b) => a[key].localeCompare(b[key]) || a.number - b.number);
  return descending ? selected.toReversed() : selected;
}
