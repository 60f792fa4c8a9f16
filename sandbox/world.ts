import type { RepositoryRole } from "./state/model.ts";

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
  private: boolean;
  archived: boolean;
  /** `owner/name` of the repository it was forked from. */
  fork_of: string | null;
  updated_at: string;
  html_url: string;
  clone_url: string;
  /** Folder of the bare repository; of one made in bulk it comes with its first use. */
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
  draft: boolean;
  merged: boolean;
  /** `repo`: `owner/name` of the repository or fork that has the branch, null once that was deleted. */
  head: { ref: string; sha: string; repo: string | null };
  base: { ref: string; sha: string };
  created_at: string;
  updated_at: string;
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

/** Who does it, and whose name the event bears: a login, which exists from then on. Default: `alice`. */
export interface By {
  person?: string;
}

/** One pull request of many. */
export interface BulkPull {
  title: string;
  /** Branch that is made for it. */
  head: string;
  body?: string;
  /** What its one commit changes; default: one small file. */
  files?: FileEntries;
}

/** Making and changing what exists on this GitHub, and telling the app of it. Unknown names throw. */
export interface World {
  readonly app: { id: number; slug: string; bot_id: number; bot_login: string };
  createOrganization(login: string): Promise<{ id: number; login: string }>;
  createPerson(login: string): Promise<{ id: number; login: string }>;
  /** Access of a person to one repository, as `GET collaborators/{username}/permission` tells it. */
  setCollaborator(repository: RepositoryRef, person: string, role: RepositoryRole): Promise<void>;
  /** Makes a person a member of an organisation, which alone gives access to nothing. */
  addMember(organization: string, person: string): Promise<void>;
  /** Old addresses of its repositories lead to the new ones. */
  renameAccount(login: string, newLogin: string, by?: By): Promise<void>;

  createRepository(options: NewRepository): Promise<RepositoryView>;
  /** Thousands at once, for tests of scale: nobody is told, and git's part is made when it is first used. */
  createRepositories(owner: string, names: readonly string[]): Promise<RepositoryView[]>;
  /** Copies a repository to a person's account, where no installation covers it. */
  fork(repository: RepositoryRef, person: string): Promise<RepositoryView>;
  repository(repository: RepositoryRef): RepositoryView;
  repositories(): RepositoryView[];
  renameRepository(repository: RepositoryRef, name: string, by?: By): Promise<RepositoryView>;
  /** An installation on all repositories of the new owner covers it then, one on selected ones does not. */
  transferRepository(repository: RepositoryRef, newOwner: string, by?: By): Promise<RepositoryView>;
  /** With its pull requests and all that belongs to them. */
  deleteRepository(repository: RepositoryRef, by?: By): Promise<void>;
  archiveRepository(repository: RepositoryRef, archived?: boolean, by?: By): Promise<void>;
  /** @param branch has to exist */
  setDefaultBranch(repository: RepositoryRef, branch: string, by?: By): Promise<RepositoryView>;
  /** Null lifts the rule. */
  setBranchRule(repository: RepositoryRef, rule: BranchRule | null): Promise<void>;

  /** The installation on an account, or with an id; undefined once it was uninstalled or if there never was one. */
  installation(account: string | number): InstallationView | undefined;
  install(
    account: string,
    options?: By & { repositories?: "all" | RepositoryRef[]; permissions?: Record<string, string> },
  ): Promise<InstallationView>;
  suspend(installation: number, by?: By): Promise<void>;
  unsuspend(installation: number, by?: By): Promise<void>;
  uninstall(installation: number, by?: By): Promise<void>;
  addRepository(installation: number, repository: RepositoryRef, by?: By): Promise<void>;
  /** Of an installation on all repositories the others stay, as selected ones. */
  removeRepository(installation: number, repository: RepositoryRef, by?: By): Promise<void>;
  /** What is covered from now on. */
  selectRepositories(installation: number, repositories: "all" | RepositoryRef[], by?: By): Promise<void>;
  /** The app is told when something is granted that wasn't, and of nothing when it only loses permissions. */
  setPermissions(installation: number, permissions: Record<string, string>, by?: By): Promise<void>;
  /** The installation's owner grants what the app asks for by now. */
  acceptPermissions(installation: number, by?: By): Promise<void>;
  /** What the app asks for: installations lose at once what is not in it, and gain what their owner accepts. */
  setAppPermissions(permissions: Record<string, string>): Promise<void>;
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
  deleteBranch(repository: RepositoryRef, branch: string, by?: By): Promise<void>;
  /** Makes a branch, or forces one, to point at a commit that is there. */
  setBranch(repository: RepositoryRef, branch: string, sha: string, by?: By): Promise<void>;
  /** Tip of a branch, null when there is none. */
  branchTip(repository: RepositoryRef, branch: string): Promise<string | null>;
  /** Runs git in the bare repository. @returns standard output. @throws with git's standard error. */
  git(repository: RepositoryRef, ...args: string[]): Promise<string>;
  /**
   * Opens many pull requests at once, for tests of scale, each with a branch of one commit on `base` (default: the default
   * branch); nobody is told. A number makes that many. Their author is the app's bot unless told otherwise.
   */
  openPulls(
    repository: RepositoryRef,
    pulls: number | readonly BulkPull[],
    options?: By & { base?: string },
  ): Promise<PullView[]>;
  /** Every pull request, oldest first. */
  pulls(repository: RepositoryRef): Promise<PullView[]>;
  /** Comments of one pull request, oldest first. */
  comments(repository: RepositoryRef, number: number): Promise<CommentView[]>;
}
