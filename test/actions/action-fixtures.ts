import { randomInt } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { insertCluster } from "../../src/db/clusters-store.ts";
import { insertConfigRepo } from "../../src/db/config-repos-store.ts";
import type { Db } from "../../src/db/connect.ts";
import { listEvents } from "../../src/db/events-store.ts";
import { upsertInstallation } from "../../src/db/installations-store.ts";
import { findProposal, insertProposal, type ProposalRow } from "../../src/db/proposals-store.ts";
import type { ConfigRepoStatus, InstallationStatus } from "../../src/db/schema.ts";
import { insertTemplate } from "../../src/db/templates-store.ts";

export interface Ready {
  id: string;
  configRepoId: string;
  row(): Promise<ProposalRow>;
  events(): Promise<{ kind: string; actor: string | null; data: Record<string, unknown> }[]>;
}

const GITHUB_ID_MAX = 2 ** 40;

interface Changes {
  installation?: { status?: InstallationStatus; permissions?: Record<string, string> };
  configRepo?: { status?: ConfigRepoStatus };
}

/** A pending proposal with everything around it that pressing needs, unless told otherwise. */
export const addReadyProposal = async (db: Db, changes: Changes = {}): Promise<Ready> => {
  const name = uuidv7();
  const installationId = randomInt(1, GITHUB_ID_MAX);
  await upsertInstallation(db, {
    id: installationId,
    account_login: "acme",
    account_id: 1,
    account_type: "Organization",
    repository_selection: "all",
    permissions: { contents: "write", pull_requests: "write" },
    status: "active",
    ...changes.installation,
  });
  const configRepo = await insertConfigRepo(db, {
    name,
    repo_url: `https://github.com/acme/${name}`,
    github_repo_id: randomInt(1, GITHUB_ID_MAX),
    owner: "acme",
    repo: name,
    default_branch: "main",
    pr_base_branch: "main",
    auth_ref: String(installationId),
    status: "active",
    registered_via: "api",
    ...changes.configRepo,
  });
  const cluster = await insertCluster(db, {
    name,
    engine_type: "solr",
    environment: "dev",
    config_repo_id: configRepo.id,
    config_path: null,
  });
  const template = await insertTemplate(db, {
    name: `t${name}`,
    version: 1,
    engine_type: "solr",
    declared_params: { boost: "float" },
  });
  const { id } = await insertProposal(db, {
    study_id: null,
    study_trial_id: null,
    cluster_id: cluster.id,
    template_id: template.id,
    config_diff: { boost: { to: 2 } },
    metric_delta: null,
  });
  return {
    id,
    configRepoId: configRepo.id,
    row: async () => (await findProposal(db, id)) as ProposalRow,
    events: () => listEvents(db, { proposalId: id, after: 0, limit: 100 }),
  };
};
