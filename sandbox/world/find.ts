import { FOUNDER } from "../state/founder.ts";
import { accountByLogin, installationById, repositoryById, repositoryByName } from "../state/lookup.ts";
import type { AccountRecord, InstallationRecord, RepositoryRecord, State } from "../state/model.ts";
import { type Store, takeId } from "../state/store.ts";
import type { RepositoryRef } from "../world.ts";

/** What was named by the person who builds the world does not exist. */
export class UnknownNameError extends Error {
  constructor(what: string) {
    super(`The sandbox has no ${what}.`);
    this.name = "UnknownNameError";
  }
}

/** @throws UnknownNameError */
export function findRepository(state: State, ref: RepositoryRef): RepositoryRecord {
  const [owner = "", name = ""] = typeof ref === "string" ? ref.split("/") : [];
  const found = typeof ref === "number" ? repositoryById(state, ref) : undefined;
  const named = typeof ref === "string" ? repositoryByName(state, owner, name) : undefined;
  const repository = named?.kind === "found" ? named.repository : found;
  if (!repository) throw new UnknownNameError(`repository ${ref}`);
  return repository;
}

/** @throws UnknownNameError */
export function findInstallation(state: State, id: number): InstallationRecord {
  const installation = installationById(state, id);
  if (!installation) throw new UnknownNameError(`installation ${id}`);
  return installation;
}

/** @throws UnknownNameError */
export function findAccount(state: State, login: string): AccountRecord {
  const account = accountByLogin(state, login);
  if (!account) throw new UnknownNameError(`account ${login}`);
  return account;
}

/** Finds the account or makes it: a person exists as soon as somebody acts under that name. */
export function addPerson(
  store: Store,
  login: string,
  now: string,
  type: AccountRecord["type"] = "User",
): AccountRecord {
  const known = accountByLogin(store.state, login);
  if (known) return known;
  return store.update((state) => {
    // The founder belongs to every organisation.
    const founder = type === "Organization" ? accountByLogin(state, FOUNDER) : undefined;
    const member_ids = founder ? [founder.id] : [];
    const account: AccountRecord = { id: takeId(state), login, type, member_ids, created_at: now };
    state.accounts.push(account);
    return account;
  });
}
