import { findConfigRepoByAddress } from "../db/config-repos-store.ts";
import type { Db } from "../db/connect.ts";
import { AppError } from "../errors.ts";
import type { AppAuthentication } from "../github/app-auth.ts";
import { type GithubHost, gitUrl } from "../github/host.ts";
import { createClusters } from "../registry/clusters.ts";
import { createCreateTemplate } from "../registry/create-template.ts";
import type { createRegisterConfigRepo } from "../registry/register-config-repo.ts";
import { DEMO_CLUSTERS, DEMO_CONFIG_REPO, DEMO_TEMPLATES } from "./demo-registry.ts";

export interface DemoRegistryDeps {
  db: Db;
  host: GithubHost;
  auth: Pick<AppAuthentication, "repoInstallation">;
  registerConfigRepo: ReturnType<typeof createRegisterConfigRepo>;
}

export interface DemoIds {
  clusterId: string;
  templateId: string;
}

/**
 * Registers the sandbox's example repository with its clusters and templates, as an administrator would over the
 * API. What exists stays as it is, so that any number of processes may do this at once.
 * @returns the first cluster and the first template
 */
export const ensureDemoRegistry = async (deps: DemoRegistryDeps, signal: AbortSignal): Promise<DemoIds> => {
  const configRepoId = await ensureConfigRepo(deps, signal);
  const clusters = createClusters(deps);
  for (const cluster of DEMO_CLUSTERS) {
    await unlessTaken(["CLUSTER_NAME_TAKEN"], () =>
      clusters.create({ ...cluster, config_repo_id: configRepoId }),
    );
  }
  const createTemplate = createCreateTemplate(deps);
  for (const template of DEMO_TEMPLATES) {
    await unlessTaken(["TEMPLATE_EXISTS"], () => createTemplate({ ...template, version: 1 }));
  }
  const cluster = await deps.db
    .selectFrom("clusters")
    .select("id")
    .where("name", "=", DEMO_CLUSTERS[0].name)
    .executeTakeFirstOrThrow();
  const template = await deps.db
    .selectFrom("query_templates")
    .select("id")
    .where("name", "=", "products-bm25")
    .where("version", "=", 1)
    .executeTakeFirstOrThrow();
  return { clusterId: cluster.id, templateId: template.id };
};

const ensureConfigRepo = async (deps: DemoRegistryDeps, signal: AbortSignal): Promise<string> => {
  const { owner, repo, name } = DEMO_CONFIG_REPO;
  const find = async () => (await findConfigRepoByAddress(deps.db, { owner, repo }))?.id;
  const known = await find();
  if (known !== undefined) return known;
  const installation = await deps.auth.repoInstallation({ owner, repo }, signal);
  if (installation === null)
    throw new Error(`the sandbox's app is not installed on ${owner}/${repo} any more`);
  // Another process that registers it at this moment takes the name too, and the database may tell of either.
  const registered = await unlessTaken(["CONFIG_REPO_EXISTS", "CONFIG_REPO_NAME_TAKEN"], () =>
    deps.registerConfigRepo({
      name,
      repo_url: gitUrl(deps.host, { owner, repo }),
      auth_ref: String(installation.id),
    }),
  );
  const id = registered?.id ?? (await find());
  if (id === undefined) throw new Error(`another config repo is named ${name}`);
  return id;
};

const unlessTaken = async <T>(
  codes: AppError["code"][],
  create: () => Promise<T>,
): Promise<T | undefined> => {
  try {
    return await create();
  } catch (error) {
    if (error instanceof AppError && codes.includes(error.code)) return undefined;
    throw error;
  }
};
