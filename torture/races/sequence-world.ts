import { equal } from "node:assert/strict";
import type { ErrorBody, ProposalBody } from "../../test/support/api.ts";
import type { TestService } from "../../test/support/start-service.ts";
import type { Call, Chronicle } from "./chronicle.ts";
import { createChronicle } from "./chronicle.ts";
import { createOperator, type Operator } from "./operator.ts";
import { createOwners, type Owners } from "./owners.ts";
import { createPeople, type People, type PeoplesPull } from "./people.ts";
import type { ModelProposal, SequenceModel } from "./sequence-model.ts";
import { untilIdle } from "./settle.ts";
import { createStage, type Stage, type StageRepository } from "./stage.ts";
import { createTurns } from "./turns.ts";

/** A repository with a cluster of its own, for one sequence of commands. */
export interface SequenceWorld {
  service: TestService;
  stage: Stage;
  chronicle: Chronicle;
  operator: Operator;
  people: People;
  owners: Owners;
  takeTurn: ReturnType<typeof createTurns>;
  repository: StageRepository;
  signal: AbortSignal;
  /** Its pull request, as people find it. */
  pullOf(proposal: ModelProposal): Promise<PeoplesPull>;
  /** Waits until nothing is left to do, and holds everything against the model. */
  agree(model: SequenceModel): Promise<void>;
  /** How often everything agreed. */
  agreed(): number;
}

export const createSequenceWorld = async (
  service: TestService,
  signal: AbortSignal,
): Promise<SequenceWorld> => {
  const stage = await createStage(service, { organisations: 1, repositoriesEach: 1 });
  const [repository] = stage.repositories;
  if (repository === undefined) throw new Error("the stage is empty");
  const chronicle = createChronicle();
  const people = createPeople(service, chronicle);
  let agreed = 0;
  return {
    service,
    stage,
    chronicle,
    people,
    repository,
    signal,
    operator: createOperator(service, stage, chronicle),
    owners: createOwners(service, stage, chronicle),
    takeTurn: createTurns(service),
    pullOf: async ({ cast }) => {
      const { pr_number } = await service.api.proposal(cast.id);
      const pull = (await people.pulls(repository)).find((one) => one.pull.number === pr_number);
      if (pull === undefined) throw new Error(`proposal ${cast.id} has no pull request`);
      return pull;
    },
    agree: async (model) => {
      await untilIdle(service, signal);
      for (const proposal of model.proposals) await agreeOn(service, repository, proposal);
      agreed++;
    },
    agreed: () => agreed,
  };
};

const agreeOn = async (
  { api, sandbox }: Pick<TestService, "api" | "sandbox">,
  repository: StageRepository,
  { cast, status, failed, pull, branch }: ModelProposal,
): Promise<void> => {
  const row = await api.proposal(cast.id);
  const of = (what: string) => `${what} of ${JSON.stringify(seen(row))}`;
  equal(row.status, status, of("status"));
  equal(row.open_pr.state, failed ? "failed" : "idle", of("open_pr"));
  equal(row.open_pr.error?.code ?? null, failed ? "BRANCH_EXISTS" : null, of("error"));
  equal(row.pr_state, pull?.state ?? null, of("pr_state"));
  const there = (await sandbox.pulls(repository.id)).find(({ number }) => number === row.pr_number);
  equal(there?.merged ? "merged" : (there?.state ?? null), pull?.state ?? null, of("the pull request"));
  const tip = await sandbox.branchTip(repository.id, cast.branch);
  equal(tip === null ? null : "there", branch.owner === null ? null : "there", of("the branch"));
};

const seen = ({ id, status, pr_state, pr_number, open_pr }: ProposalBody) => ({
  ...{ id, status, pr_state, pr_number },
  open_pr: open_pr.state,
  error: open_pr.error?.message,
});

/** @param code of the refusal; null: it is accepted */
export const expectAnswer = (
  call: Call,
  status: number,
  code: ErrorBody["detail"]["error_code"] | null,
): void => {
  equal(
    `${call.status} ${call.code}`,
    `${status} ${code}`,
    `the answer to ${call.kind} of proposal ${call.proposalId}`,
  );
};
