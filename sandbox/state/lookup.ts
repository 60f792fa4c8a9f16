import type { AccountRecord, InstallationRecord, PullRecord, RepositoryRecord, State } from "./model.ts";

export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export function accountById(state: State, id: number): AccountRecord {
  const account = state.accounts.find((candidate) => candidate.id === id);
  if (!account) throw new Error(`No account has the id ${id}.`);
  return account;
}

export function accountByLogin(state: State, login: string): AccountRecord | undefined {
  return state.accounts.find((account) => sameName(account.login, login));
}

export function repositoryById(state: State, id: number): RepositoryRecord | undefined {
  return state.repositories.find((repository) => repository.id === id);
}

export function fullName(state: State, repository: RepositoryRecord): string {
  return `${accountById(state, repository.owner_id).login}/${repository.name}`;
}

export type RepositoryByName =
  | { kind: "found"; repository: RepositoryRecord }
  /** It had this name once and nothing else has it now. */
  | { kind: "renamed"; repository: RepositoryRecord }
  | { kind: "missing" };

export function repositoryByName(state: State, owner: string, name: string): RepositoryByName {
  const wanted = `${owner}/${name}`.toLowerCase();
  const current = state.repositories.find((candidate) => sameName(fullName(state, candidate), wanted));
  if (current) return { kind: "found", repository: current };
  const former = state.repositories.find((candidate) => candidate.former_names.includes(wanted));
  return former ? { kind: "renamed", repository: former } : { kind: "missing" };
}

export function installationById(state: State, id: number): InstallationRecord | undefined {
  return state.installations.find((installation) => installation.id === id);
}

export function covers(installation: InstallationRecord, repository: RepositoryRecord): boolean {
  if (installation.account_id !== repository.owner_id) return false;
  return installation.repository_selection === "all" || installation.repository_ids.includes(repository.id);
}

export function coveredRepositories(state: State, installation: InstallationRecord): RepositoryRecord[] {
  return state.repositories.filter((repository) => covers(installation, repository));
}

export function pullByNumber(state: State, repositoryId: number, number: number): PullRecord | undefined {
  return state.pulls.find((pull) => pull.repository_id === repositoryId && pull.number === number);
}
