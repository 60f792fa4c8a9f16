import { z } from "zod";
import { CONFIG_PATH_CHARS_MAX, configPathProblem } from "../../proposals/config-path.ts";
import { answeredMoment, engineType, environment, name, uuid } from "./common.ts";
import { pageOf } from "./pages.ts";

const configPath = z
  .string()
  .max(CONFIG_PATH_CHARS_MAX)
  .superRefine((path, context) => {
    const problem = configPathProblem(path);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  })
  .describe("Folder of the params files, relative to the root of the config repo; empty or null: the root.");

export const clusterSchema = z
  .object({
    id: uuid,
    name: z.string(),
    engine_type: engineType,
    environment,
    config_repo_id: uuid.nullable(),
    config_path: z.string().nullable(),
    created_at: answeredMoment,
  })
  .meta({ id: "Cluster" });

export const clusterPageSchema = pageOf("ClusterPage", clusterSchema);

export const newClusterSchema = z
  .strictObject({
    name,
    engine_type: engineType,
    environment,
    config_repo_id: uuid.nullable().default(null),
    config_path: configPath.nullable().default(null),
  })
  .meta({ id: "NewCluster" });

export const clusterChangesSchema = z
  .strictObject({
    name: name.optional(),
    config_repo_id: uuid.nullable().optional(),
    config_path: configPath.nullable().optional(),
  })
  .meta({ id: "ClusterChanges", description: "What is not given stays as it is." });
