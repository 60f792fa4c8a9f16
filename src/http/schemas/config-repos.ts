import { z } from "zod";
import { answeredMoment, branchName, name, uuid } from "./common.ts";
import { pageOf } from "./pages.ts";

const URL_CHARACTERS_MAX = 2_048;
const AUTH_REF_CHARACTERS_MAX = 200;

export const configRepoSchema = z
  .object({
    id: uuid,
    name: z.string(),
    provider: z.literal("github"),
    repo_url: z.string(),
    github_repo_id: z.int(),
    owner: z.string(),
    repo: z.string(),
    default_branch: z.string(),
    pr_base_branch: z.string(),
    auth_ref: z.string(),
    status: z.enum(["active", "suspended", "removed", "archived"]),
    registered_via: z.enum(["installation", "api"]),
    last_merged_proposal_id: uuid.nullable(),
    created_at: answeredMoment,
    updated_at: answeredMoment,
  })
  .meta({ id: "ConfigRepo" });

export const configRepoPageSchema = pageOf("ConfigRepoPage", configRepoSchema);

export const newConfigRepoSchema = z
  .strictObject({
    name,
    repo_url: z.string().min(1).max(URL_CHARACTERS_MAX),
    default_branch: branchName.optional().describe("GitHub's own when it is not given."),
    pr_base_branch: branchName.optional().describe("The default branch when it is not given."),
    auth_ref: z
      .string()
      .min(1)
      .max(AUTH_REF_CHARACTERS_MAX)
      .describe("The id of the app's installation that covers the repository, in decimal."),
  })
  .meta({ id: "NewConfigRepo" });

export const configRepoChangesSchema = z
  .strictObject({ pr_base_branch: branchName })
  .meta({ id: "ConfigRepoChanges" });
