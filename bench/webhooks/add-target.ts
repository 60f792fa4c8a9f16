import { randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { insertCluster } from "../../src/db/clusters-store.ts";
import { insertConfigRepo } from "../../src/db/config-repos-store.ts";
import type { Db } from "../../src/db/connect.ts";
import { upsertInstallation } from "../../src/db/installations-store.ts";
import { insertProposal } from "../../src/db/proposals-store.ts";
import { insertTemplate } from "../../src/db/templates-store.ts";
import type { Target } from "./deliveries.ts";

const REPOSITORY_ID = 4_000_000_001;
const INSTALLATION_ID = 70_000_001;

/** A config repo with open pull requests, each of a proposal. */
export const addTarget = async (db: Db, pulls: number): Promise<Target> => {
  await upsertInstallation(db, {
    id: INSTALLATION_ID,
    account_login: "acme",
    account_id: 1,
    account_type: "Organization",
    repository_selection: "all",
    permissions: { contents: "write", pull_requests: "write" },
    status: "active",
  });
  const repo = await insertConfigRepo(db, {
    name: "acme/search-config",
    repo_url: "https://github.com/acme/search-config",
    github_repo_id: REPOSITORY_ID,
    owner: "acme",
    repo: "search-config",
    default_branch: "main",
    pr_base_branch: "main",
    auth_ref: String(INSTALLATION_ID),
    status: "active",
    registered_via: "api",
  });
  const cluster = await insertCluster(db, {
    name: uuidv7(),
    engine_type: "solr",
    environment: "prod",
    config_repo_id: repo.id,
    config_path: null,
  });
  const template = await insertTemplate(db, {
    name: "product-search",
    version: 1,
    engine_type: "solr",
    declared_params: { boost: "float" },
  });
  const target: Target = { repositoryId: REPOSITORY_ID, installationId: INSTALLATION_ID, pulls: [] };
  for (let number = 1; number <= pulls; number++) {
    const { id } = await insertProposal(db, {
      study_id: null,
      study_trial_id: null,
      cluster_id: cluster.id,
      template_id: template.id,
      config_diff: { boost: { to: 2 } },
      metric_delta: null,
    });
    const headSha = randomBytes(20).toString("hex");
    await db
      .updateTable("proposals")
      .set({
        status: "pr_opened",
        pr_url: `https://github.com/acme/search-config/pull/${number}`,
        pr_number: number,
        pr_state: "open",
        pr_head_sha: headSha,
        pr_config_repo_id: repo.id,
      })
      .where("id", "=", id)
      .execute();
    target.pulls.push({ number, headSha, proposalId: id });
  }
  return target;
};
