import { accountById } from "./lookup.ts";
import type { AccountRecord, RepositoryRecord, RepositoryRole, State } from "./model.ts";

export type Permission = "admin" | "write" | "read" | "none";
export type Association = "OWNER" | "MEMBER" | "COLLABORATOR" | "NONE";

/** What an account may do with a repository; everybody may read a public one. */
export function roleOf(repository: RepositoryRecord, account: AccountRecord): RepositoryRole {
  if (account.id === repository.owner_id) return "admin";
  return repository.collaborators[String(account.id)] ?? (repository.private ? "none" : "read");
}

/** The older, coarser name of a role, which the API tells beside it. */
export function permissionOf(role: RepositoryRole): Permission {
  if (role === "maintain") return "write";
  return role === "triage" ? "read" : role;
}

export function mayWrite(repository: RepositoryRecord, account: AccountRecord): boolean {
  return ["admin", "write"].includes(permissionOf(roleOf(repository, account)));
}

/** How the author of something belongs to the repository: https://docs.github.com/graphql/reference/enums#commentauthorassociation */
export function associationOf(
  state: State,
  repository: RepositoryRecord,
  account: AccountRecord,
): Association {
  if (account.type === "Bot") return "NONE";
  if (account.id === repository.owner_id) return "OWNER";
  if (accountById(state, repository.owner_id).member_ids.includes(account.id)) return "MEMBER";
  return (repository.collaborators[String(account.id)] ?? "none") === "none" ? "NONE" : "COLLABORATOR";
}
