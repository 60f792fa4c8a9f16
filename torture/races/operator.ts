import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { TestService } from "../../test/support/start-service.ts";
import type { Call, CallKind, Chronicle } from "./chronicle.ts";
import type { CastProposal, Stage } from "./stage.ts";
import { lastSeq, standingOf } from "./standing.ts";

/** Who uses the internal API: the proposals UI and the tuner. Every answer is written down with what it may rest on. */
export interface Operator {
  submit(proposal: CastProposal): Promise<Call>;
  press(proposal: CastProposal): Promise<Call>;
  reject(proposal: CastProposal, reason: string): Promise<Call>;
  read(proposal: CastProposal): Promise<Call>;
  preview(proposal: CastProposal): Promise<Call>;
  /** null: the cluster gives its config repo up. */
  moveCluster(clusterId: string, configRepoId: string | null): Promise<void>;
  moveBase(configRepoId: string, branch: string): Promise<void>;
}

interface Request {
  kind: CallKind;
  method: string;
  path: string;
  body?: unknown;
}

interface AnswerBody extends Record<string, unknown> {
  detail?: { error_code: string; reason?: string };
}

export const createOperator = (
  { api, db }: Pick<TestService, "api" | "db">,
  stage: Pick<Stage, "cast">,
  chronicle: Chronicle,
): Operator => {
  /** Of each cluster, how many of its moves have begun and how many have ended: an odd sum is a move under way. */
  const moves = new Map<string, number>();
  const countMove = (clusterId: string) => moves.set(clusterId, (moves.get(clusterId) ?? 0) + 1);
  const standingNow = async ({ clusterId }: CastProposal) => ({
    moved: moves.get(clusterId) ?? 0,
    ...(await standingOf(db, clusterId)),
  });

  const call = async (proposal: CastProposal, { kind, method, path, body }: Request): Promise<Call> => {
    const requestId = randomUUID();
    const [from, before] = [await lastSeq(db), await standingNow(proposal)];
    const headers = { "x-request-id": requestId };
    const answer = await api.request<AnswerBody>(
      method,
      path,
      body === undefined ? { headers } : { body, headers },
    );
    // What was true at the answer is committed by now, so that the number covers it.
    const [after, to] = [await standingNow(proposal), await lastSeq(db)];
    const stood = before.moved % 2 === 0 && isDeepStrictEqual(before, after);
    const { error_code: code = null, reason = null } = answer.body.detail ?? {};
    const done: Call = {
      ...{
        kind,
        proposalId: proposal.id,
        studyId: proposal.studyId,
        requestId,
        from,
        to,
        standing: stood ? before : null,
      },
      ...{ status: answer.status, code, reason, body: answer.body },
    };
    chronicle.calls.push(done);
    const text = `${kind}: ${[answer.status, code, reason].filter((word) => word !== null).join(" ")}`;
    chronicle.deeds.push({ from, to, text, about: [proposal.id] });
    return done;
  };

  const patch = async (path: string, body: object, about: string): Promise<void> => {
    const from = await lastSeq(db);
    const { status } = await api.request("PATCH", path, { body });
    if (status !== 200) throw new Error(`PATCH ${path}: ${status}`);
    chronicle.deeds.push({
      from,
      to: await lastSeq(db),
      text: `PATCH ${JSON.stringify(body)}`,
      about: [about],
    });
  };

  return {
    submit: async (proposal) => {
      const path = `/proposals/${proposal.id}`;
      const known = stage.cast.includes(proposal);
      const submitted = await call(proposal, { kind: "submit", method: "PUT", path, body: proposal.body });
      if (submitted.status === 201 && !known) stage.cast.push(proposal);
      return submitted;
    },
    press: (proposal) =>
      call(proposal, { kind: "press", method: "POST", path: `/proposals/${proposal.id}/open_pr` }),
    reject: (proposal, reason) =>
      call(proposal, {
        ...{ kind: "reject", method: "POST", path: `/proposals/${proposal.id}/reject` },
        body: { reason },
      }),
    read: (proposal) => call(proposal, { kind: "read", method: "GET", path: `/proposals/${proposal.id}` }),
    preview: (proposal) =>
      call(proposal, { kind: "preview", method: "GET", path: `/proposals/${proposal.id}/preview` }),
    moveCluster: async (clusterId, config_repo_id) => {
      countMove(clusterId);
      await patch(`/clusters/${clusterId}`, { config_repo_id }, clusterId);
      countMove(clusterId);
    },
    moveBase: (configRepoId, pr_base_branch) =>
      patch(`/config-repos/${configRepoId}`, { pr_base_branch }, configRepoId),
  };
};
