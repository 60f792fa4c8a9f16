import { randomUUID } from "node:crypto";
import { createScenario } from "../../test/support/scenario.ts";
import type { TestService } from "../../test/support/start-service.ts";
import { untilQuiet } from "./row-digest.ts";
import type { Known } from "./schema-values.ts";

const PROPOSALS = 8;

/**
 * What there is to be attacked: a repository with everything registered around it, proposals in every state a request can
 * bring about, and ids nobody has taken. By the name under which a request gives it, and by the collection it lies in.
 */
export const makeKnown = async (service: TestService): Promise<Known> => {
  const { sandbox } = service;
  const scenario = await createScenario(service);
  const { proposalId, studyId, trialId } = await scenario.fromStudy();
  const byHand = await Promise.all(Array.from({ length: PROPOSALS }, () => scenario.byHand()));
  const chosen = [randomUUID(), randomUUID()];
  const others = await Promise.all(
    ["one", "two"].map((name) => sandbox.createRepository({ owner: scenario.repository.owner, name })),
  );
  await untilQuiet(service);
  // GitHub tells of every repository, and the service registers it: only one that was lost can be registered by hand.
  await service.db
    .deleteFrom("config_repos")
    .where(
      "repo",
      "in",
      others.map(({ name }) => name),
    )
    .execute();
  return {
    proposals: [proposalId, ...byHand, ...chosen],
    studies: [studyId, ...chosen],
    clusters: [scenario.clusterId],
    "query-templates": [scenario.templateId],
    "config-repos": [scenario.configRepoId],
    cluster_id: [scenario.clusterId],
    template_id: [scenario.templateId],
    config_repo_id: [scenario.configRepoId],
    study_id: [studyId, null, null],
    study_trial_id: [trialId, null, null],
    best_trial_id: [null],
    auth_ref: [String(scenario.installationId)],
    repo_url: others.map((repository) => repository.html_url),
    default_branch: ["main"],
    pr_base_branch: ["main", "main", "main", "no-such-branch"],
  };
};
