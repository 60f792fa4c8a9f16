import { emailOf } from "../answers/commit.ts";
import { makeGitFolder, writeBranchRule } from "../git/git-folder.ts";
import { isoSeconds } from "../site.ts";
import { accountById, fullName, repositoryByName } from "../state/lookup.ts";
import type { RepositoryRecord } from "../state/model.ts";
import { takeId } from "../state/store.ts";
import type { NewRepository, RepositoryView, World } from "../world.ts";
import type { WorldDeps } from "./create-world.ts";
import { addPerson, findAccount, findRepository } from "./find.ts";

type RepositoryWorld = Pick<
  World,
  | "createRepository"
  | "repository"
  | "repositories"
  | "renameRepository"
  | "archiveRepository"
  | "setBranchRule"
>;

/** Who makes the first commit of a repository. */
const FOUNDER = "alice";

export function createRepositoryWorld(
  deps: WorldDeps,
  installations: Pick<World, "installation" | "install" | "addRepository">,
): RepositoryWorld {
  const { clock, store, repositories } = deps;
  const { state } = store;
  const now = (): string => isoSeconds(clock.now());

  return {
    async createRepository(options) {
      if (repositoryByName(state, options.owner, options.name).kind === "found") {
        throw new Error(`${options.owner}/${options.name} exists already.`);
      }
      const repository = await makeRepository(deps, options, now());
      if (options.installed !== false) {
        const installation = installations.installation(options.owner);
        if (!installation) await installations.install(options.owner, { repositories: [repository.id] });
        else await installations.addRepository(installation.id, repository.id);
      }
      return view(deps, repository);
    },
    repository: (ref) => view(deps, findRepository(state, ref)),
    repositories: () => state.repositories.map((repository) => view(deps, repository)),
    async renameRepository(ref, name) {
      const repository = findRepository(state, ref);
      store.update(() => {
        repository.former_names.push(fullName(state, repository).toLowerCase());
        Object.assign(repository, { name, updated_at: now() });
      });
      return view(deps, repository);
    },
    async archiveRepository(ref, archived = true) {
      const repository = findRepository(state, ref);
      store.update(() => Object.assign(repository, { archived, updated_at: now() }));
    },
    async setBranchRule(ref, rule) {
      const repository = findRepository(state, ref);
      writeBranchRule(repositories.git(repository).dir, rule);
      store.update(() => Object.assign(repository, { branch_rule: rule }));
    },
  };
}

async function makeRepository(
  deps: WorldDeps,
  options: NewRepository,
  now: string,
): Promise<RepositoryRecord> {
  const { site, store, repositories } = deps;
  const owner = findAccount(store.state, options.owner);
  const founder = addPerson(store, FOUNDER, now);
  const branch = options.defaultBranch ?? "main";
  const record: RepositoryRecord = {
    id: store.update(takeId),
    owner_id: owner.id,
    name: options.name,
    former_names: [],
    default_branch: branch,
    private: options.private ?? true,
    archived: options.archived ?? false,
    branch_rule: null,
    collaborators: { [String(founder.id)]: "admin" },
    created_at: now,
    updated_at: now,
    pushed_at: now,
  };
  const git = repositories.git(record);
  await makeGitFolder(git.dir, branch);
  await git.import({
    branch,
    parent: null,
    files: options.files ?? { "README.md": `# ${options.name}\n` },
    message: options.message ?? "First commit",
    author: { name: founder.login, email: emailOf(site, founder), date: now },
  });
  // Known to the world only once git has it.
  store.update((state) => state.repositories.push(record));
  return record;
}

function view({ site, store, repositories }: WorldDeps, repository: RepositoryRecord): RepositoryView {
  const name = fullName(store.state, repository);
  return {
    id: repository.id,
    owner: accountById(store.state, repository.owner_id).login,
    name: repository.name,
    full_name: name,
    default_branch: repository.default_branch,
    archived: repository.archived,
    html_url: `${site.url}/${name}`,
    clone_url: `${site.url}/${name}.git`,
    git_dir: repositories.git(repository).dir,
  };
}
