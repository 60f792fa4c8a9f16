import { z } from "zod";

export type PermissionLevel = "read" | "write" | "admin";
/** Permission name to level, as GitHub spells them: `{contents: "write"}`. */
export type Permissions = Record<string, PermissionLevel>;

const RANK: Record<PermissionLevel, number> = { read: 1, write: 2, admin: 3 };

/** Whether `granted` covers the permission at the level or above it. */
export const isGranted = (granted: Permissions, name: string, level: PermissionLevel): boolean => {
  const has = Object.hasOwn(granted, name) ? granted[name] : undefined;
  return has !== undefined && RANK[has] >= RANK[level];
};

/** The part of `asked` that is granted. */
export const grantedPart = (asked: Permissions, granted: Permissions): Permissions =>
  Object.fromEntries(Object.entries(asked).filter(([name, level]) => isGranted(granted, name, level)));

/** The app on one account. */
export interface Installation {
  id: number;
  account_login: string;
  account_id: number;
  account_type: string;
  repository_selection: "all" | "selected";
  permissions: Permissions;
  /** ISO 8601; null while it is active. */
  suspended_at: string | null;
}

/** https://docs.github.com/rest/apps/apps#get-an-installation-for-the-authenticated-app */
export const installationSchema = z
  .object({
    id: z.number(),
    // An enterprise has a slug in place of a login, and no type.
    account: z.object({
      id: z.number(),
      login: z.string().optional(),
      slug: z.string().optional(),
      type: z.string().default("Enterprise"),
    }),
    repository_selection: z.enum(["all", "selected"]),
    permissions: z.record(z.string(), z.enum(["read", "write", "admin"])),
    suspended_at: z.string().nullish(),
  })
  .transform(
    ({ account, ...rest }): Installation => ({
      id: rest.id,
      account_login: account.login ?? account.slug ?? String(account.id),
      account_id: account.id,
      account_type: account.type,
      repository_selection: rest.repository_selection,
      permissions: rest.permissions,
      suspended_at: rest.suspended_at ?? null,
    }),
  );

/** What registering a repository needs to know of it. */
export interface RepositoryInfo {
  id: number;
  owner: string;
  name: string;
  full_name: string;
  default_branch: string;
  archived: boolean;
}

const repositoryFields = {
  id: z.number(),
  name: z.string(),
  full_name: z.string(),
  default_branch: z.string(),
  archived: z.boolean(),
};

/** https://docs.github.com/rest/repos/repos#get-a-repository */
export const repositorySchema = z
  .object({ ...repositoryFields, owner: z.object({ login: z.string() }) })
  .transform(({ owner, ...rest }): RepositoryInfo => ({ ...rest, owner: owner.login }));

/** A repository in the list of an installation. */
export interface ListedRepository extends RepositoryInfo {
  /** A transfer changes it, a renaming of the account does not. */
  owner_id: number;
}

const listedRepositorySchema = z
  .object({ ...repositoryFields, owner: z.object({ login: z.string(), id: z.number() }) })
  .transform(({ owner, ...rest }): ListedRepository => ({ ...rest, owner: owner.login, owner_id: owner.id }));

/** https://docs.github.com/rest/apps/installations#list-repositories-accessible-to-the-app-installation */
export const repositoryPageSchema = z.object({
  /** Of all pages together. */
  total_count: z.number(),
  repositories: z.array(listedRepositorySchema),
});

/** https://docs.github.com/rest/apps/apps#list-installations-for-the-authenticated-app */
export const installationIdsSchema = z.array(z.object({ id: z.number() }));

/** https://docs.github.com/rest/apps/apps#get-the-authenticated-app */
export const appSchema = z.object({
  id: z.number(),
  slug: z.string(),
  name: z.string(),
  /** Its page on GitHub. */
  html_url: z.url({ protocol: /^https?$/ }).optional(),
});
export type App = z.output<typeof appSchema>;
