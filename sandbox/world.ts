/** `owner/name` in any case, or GitHub's numeric id. */
export type RepositoryRef = string | number;

/**
 * What lies at a path: text or bytes of an ordinary file, an executable, the target of a symbolic link, the commit
 * of a submodule, or null for "remove it".
 */
export type FileEntry =
  | string
  | Uint8Array
  | { executable: string | Uint8Array }
  | { symlink: string }
  | { submodule: string }
  | null;
export type FileEntries = Record<string, FileEntry>;

export interface NewRepository {
  owner: string;
  name: string;
  /** Files of the first commit; empty: a README. */
  files?: FileEntries;
  /** Message of the first commit. */
  message?: string;
  defaultBranch?: string;
  archived?: boolean;
  private?: boolean;
  /** Whether the owner's installation covers it; default true, which installs the app where it wasn't. */
  installed?: boolean;
}

export interface RepositoryView {
  id: number;
  owner: string;
  name: string;
  full_name: string;
  default_branch: string;
  archived: boolean;
  html_url: string;
  clone_url: string;
  /** Folder of the bare repository. */
  git_dir: string;
}

export interface InstallationView {
  id: number;
  account_login: string;
  account_id: number;
  suspended: boolean;
  repository_selection: "all" | "selected";
  /** `owner/name` of every covered repository. */
  repositories: string[];
  permissions: Record<string, string>;
}

export interface PullView {
  id: number;
  number: number;
  title: string;
  body: string | null;
  /** Login of the author. */
  user: string;
  state: "open" | "closed";
  merged: boolean;
  head: { ref: string; sha: string };
  base: { ref: string; sha: string };
  created_at: string;
  closed_at: string | null;
  merged_at: string | null;
  merge_commit_sha: string | null;
  html_url: string;
}

export interface CommentView {
  id: number;
  user: string;
  body: string;
  created_at: string;
  updated_at: string;
}

/**
 * - `creations_restricted` a ruleset (GH013): refs that match can't be created
 * - `protected` branch protection (GH006): refs that match can't be pushed to at all
 */
export interface BranchRule {
  kind: "creations_restricted" | "protected";
  /** Shell pattern of branch names, such as `relyloop/*`. */
  pattern: string;
}

/** Making and changing what exists on this GitHub. Unknown names throw. */
export interface World {
  readonly app: { id: number; slug: string; bot_id: number; bot_login: string };
  createOrganization(login: string): Promise<{ id: number; login: string }>;
  createPerson(login: string): Promise<{ id: number; login: string }>;
  /** Access of a person to one repository, as `GET collaborators/{username}/permission` tells it. */
  setCollaborator(
    repository: RepositoryRef,
    person: string,
    permission: "admin" | "write" | "read" | "none",
  ): Promise<void>;

  createRepository(options: NewRepository): Promise<RepositoryView>;
  repository(repository: RepositoryRef): RepositoryView;
  repositories(): RepositoryView[];
  renameRepository(repository: RepositoryRef, name: string): Promise<RepositoryView>;
  archiveRepository(repository: RepositoryRef, archived?: boolean): Promise<void>;
  /** Null lifts the rule. */
  setBranchRule(repository: RepositoryRef, rule: BranchRule | null): Promise<void>;

  /** The installation on an account, or with an id; undefined once it was uninstalled or if there never was one. */
  installation(account: string | number): InstallationView | undefined;
  install(
    account: string,
    options?: { repositories?: "all" | RepositoryRef[]; permissions?: Record<string, string> },
  ): Promise<InstallationView>;
  suspend(installation: number): Promise<void>;
  unsuspend(installation: number): Promise<void>;
  uninstall(installation: number): Promise<void>;
  addRepository(installation: number, repository: RepositoryRef): Promise<void>;
  removeRepository(installation: number, repository: RepositoryRef): Promise<void>;
  setPermissions(installation: number, permissions: Record<string, string>): Promise<void>;
  /** From now on tokens have the form `ghs_APPID_JWT` of about 520 characters. */
  useStatelessTokens(on: boolean): Promise<void>;

  /**
   * Commits files to a branch as a person. A missing branch starts at `parent`, or else at the default branch.
   * `parent` on an existing branch means a forced push. @returns the new commit's id.
   */
  pushAs(
    person: string,
    repository: RepositoryRef,
    branch: string,
    files: FileEntries,
    options?: { message?: string; parent?: string },
  ): Promise<string>;
  deleteBranch(repository: RepositoryRef, branch: string): Promise<void>;
  /** Tip of a branch, null when there is none. */
  branchTip(repository: RepositoryRef, branch: string): Promise<string | null>;
  /** Runs git in the bare repository. @returns standard output. @throws with git's standard error. */
  git(repository: RepositoryRef, ...args: string[]): Promise<string>;
  /** Every pull request, oldest first. */
  pulls(repository: RepositoryRef): Promise<PullView[]>;
  /** Comments of one pull request, oldest first. */
  comments(repository: RepositoryRef, number: number): Promise<CommentView[]>;
}
