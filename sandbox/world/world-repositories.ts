import { makeGitFolder, writeBranchRule } from "../git/git-folder.ts";
import { makeRepository } from "../git/make-repository.ts";
import { isoSeconds } from "../site.ts";
import { FOUNDER } from "../state/founder.ts";
import { accountById, covers, fullName, repositoryById, repositoryByName } from "../state/lookup.ts";
import type { AccountRecord, RepositoryRecord, State } from "../state/model.ts";
import { takeId } from "../state/store.ts";
import type { NewRepository, RepositoryView, World } from "../world.ts";
import type { WorldDeps } from "./create-world.ts";
import { addPerson, findAccount, findRepository } from "./find.ts";
import { firstCommit } from "./first-commit.ts";

type RepositoryWorld = Pick<
  World,
  "createRepository" | "createRepositories" | "fork" | "repository" | "repositories" | "setBranchRule"
>;

/** Making repositories, and finding them. */
export function createRepositoryWorld(
  deps: WorldDeps,
  installations: Pick<World, "installation" | "install" | "addRepository">,
): RepositoryWorld {
  const { clock, store, repositories, emit } = deps;
  const { state } = store;
  const now = (): string => isoSeconds(clock.now());

  return {
    async createRepository(options) {
      refuseTaken(state, options.owner, options.name);
      const owner = findAccount(state, options.owner);
      const founder = addPerson(store, FOUNDER, now());
      const repository = await makeNew(deps, { owner, founder, options, now: now() });
      const installation = state.installations.find((one) => covers(one, repository));
      if (installation) {
        emit({ event: "repository", action: "created", sender: founder, repository });
        const repositories = [repository];
        emit({
          event: "installation_repositories",
          action: "added",
          sender: founder,
          installation,
          repositories,
        });
      } else if (options.installed !== false) {
        const known = installations.installation(options.owner);
        if (!known) await installations.install(options.owner, { repositories: [repository.id] });
        else await installations.addRepository(known.id, repository.id);
      }
      return repositoryView(deps, repository);
    },
    async createRepositories(login, names) {
      const owner = findAccount(state, login);
      const founder = addPerson(store, FOUNDER, now());
      for (const name of names) refuseTaken(state, login, name);
      const made = store.update((next) => {
        const records = names.map((name) => blank({ id: takeId(next), name, owner, founder, now: now() }));
        next.repositories.push(...records);
        return records;
      });
      return made.map((repository) => repositoryView(deps, repository));
    },
    async fork(ref, person) {
      const source = findRepository(state, ref);
      const owner = addPerson(store, person, now());
      refuseTaken(state, owner.login, source.name);
      const id = store.update(takeId);
      const record = blank({ id, name: source.name, owner, founder: owner, now: now() });
      const fork = { ...record, fork_of: source.id, private: source.private };
      Object.assign(fork, { default_branch: source.default_branch });
      const dir = repositories.dir(fork);
      await repositories.ready(source);
      await makeGitFolder(dir, fork.default_branch);
      await repositories.git(fork).fetchBranches(repositories.git(source).dir);
      store.update((next) => next.repositories.push(fork));
      return repositoryView(deps, fork);
    },
    repository: (ref) => repositoryView(deps, findRepository(state, ref)),
    repositories: () => state.repositories.map((repository) => repositoryView(deps, repository)),
    async setBranchRule(ref, rule) {
      const repository = findRepository(state, ref);
      await repositories.ready(repository);
      writeBranchRule(repositories.dir(repository), rule);
      store.update(() => Object.assign(repository, { branch_rule: rule }));
    },
  };
}

/** @throws when a repository has this name now; a former name is free. */
export function refuseTaken(state: State, owner: string, name: string): void {
  if (repositoryByName(state, owner, name).kind !== "found") return;
  throw new Error(`${owner}/${name} exists already.`);
}

interface Making {
  owner: AccountRecord;
  founder: AccountRecord;
  now: string;
}

function blank({ id, name, owner, founder, now }: Making & { id: number; name: string }): RepositoryRecord {
  return {
    id,
    owner_id: owner.id,
    name,
    fork_of: null,
    former_names: [],
    default_branch: "main",
    private: true,
    archived: false,
    branch_rule: null,
    collaborators: { [String(founder.id)]: "admin" },
    created_at: now,
    updated_at: now,
    pushed_at: now,
  };
}

async function makeNew(
  deps: WorldDeps,
  { options, ...making }: Making & { options: NewRepository },
): Promise<RepositoryRecord> {
  const { site, store, repositories } = deps;
  const record: RepositoryRecord = {
    ...blank({ ...making, id: store.update(takeId), name: options.name }),
    default_branch: options.defaultBranch ?? "main",
    private: options.private ?? true,
    archived: options.archived ?? false,
  };
  const { files, message } = options;
  const given = { ...(files ? { files } : {}), ...(message === undefined ? {} : { message }) };
  await makeRepository(repositories.dir(record), {
    ...firstCommit(site, record, making.founder),
    ...given,
  });
  // Known to the world only once git has it.
  store.update((state) => state.repositories.push(record));
  return record;
}

export function repositoryView(
  { site, store, repositories }: Pick<WorldDeps, "site" | "store" | "repositories">,
  repository: RepositoryRecord,
): RepositoryView {
  const name = fullName(store.state, repository);
  const source = repository.fork_of === null ? undefined : repositoryById(store.state, repository.fork_of);
  return {
    id: repository.id,
    owner: accountById(store.state, repository.owner_id).login,
    name: repository.name,
    full_name: name,
    default_branch: repository.default_branch,
    private: repository.private,
    archived: repository.archived,
    fork_of: source ? fullName(store.state, source) : null,
    updated_at: repository.updated_at,
    html_url: `${site.url}/${name}`,
    clone_url: `${site.url}/${name}.git`,
    git_dir: repositories.dir(repository),
  };
}
