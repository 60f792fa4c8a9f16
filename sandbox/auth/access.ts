import { createPublicKey } from "node:crypto";
import type { Clock } from "../../src/clock.ts";
import { badCredentials, GitHubError, notAccessible, notFound } from "../github-error.ts";
import { covers, repositoryByName } from "../state/lookup.ts";
import type { InstallationRecord, Level, RepositoryRecord, TokenRecord } from "../state/model.ts";
import type { Store } from "../state/store.ts";
import { verifyAppJwt } from "./app-jwt.ts";
import { allows, type Tokens } from "./tokens.ts";

/** One of these is enough: a pull request's comments are open to `issues` and to `pull_requests`. */
export type Needs = readonly (readonly [permission: string, level: Level])[];

export interface InstallationAccess {
  token: TokenRecord;
  installation: InstallationRecord;
}

export interface RepositoryAccess extends InstallationAccess {
  repository: RepositoryRecord;
}

/** Who may do what. Every method throws the {@link GitHubError} that GitHub answers when they may not. */
export interface Access {
  /** The request comes from the app itself. */
  app(authorization: string | undefined): void;
  installation(authorization: string | undefined): InstallationAccess;
  /** Nothing sent is fine, something wrong is not. */
  anyone(authorization: string | undefined): void;
  /** @throws RenamedError when the repository was once called that. */
  repository(authorization: string | undefined, owner: string, name: string, needs: Needs): RepositoryAccess;
  /** Reading is still possible in an archived repository. */
  refuseArchived(repository: RepositoryRecord): void;
}

/** The name asked for is a former one; the answer is a redirect. */
export class RenamedError extends Error {
  readonly repository: RepositoryRecord;

  constructor(repository: RepositoryRecord) {
    super("Moved Permanently");
    this.name = "RenamedError";
    this.repository = repository;
  }
}

export function createAccess(deps: {
  store: Store;
  tokens: Tokens;
  clock: Clock;
  privateKey: string;
}): Access {
  const { store, tokens, clock } = deps;
  const publicKey = createPublicKey(deps.privateKey);

  function app(authorization: string | undefined): void {
    const jwt = credential(authorization, ["bearer"]);
    if (jwt === null) throw new GitHubError(401, "A JSON web token could not be decoded");
    verifyAppJwt(jwt, { id: store.state.app.id, publicKey }, clock.now());
  }

  function installation(authorization: string | undefined): InstallationAccess {
    if (authorization === undefined) throw new GitHubError(401, "Requires authentication");
    const token = credential(authorization, ["bearer", "token"]);
    if (token === null) throw badCredentials();
    return tokens.verify(token);
  }

  return {
    app,
    installation,
    anyone(authorization) {
      if (authorization === undefined) return;
      // `ghs_…` is an installation's; anything else can only be the app's.
      if (/^(bearer|token) ghs_/i.test(authorization)) installation(authorization);
      else app(authorization);
    },
    repository(authorization, owner, name, needs) {
      const access = installation(authorization);
      const found = repositoryByName(store.state, owner, name);
      // Whoever can't see a repository can't tell it from one that does not exist.
      if (found.kind === "missing" || !sees(access, found.repository)) throw notFound();
      if (found.kind === "renamed") throw new RenamedError(found.repository);
      const granted = access.token.permissions;
      if (!needs.some(([permission, level]) => allows(granted, permission, level))) throw notAccessible();
      return { ...access, repository: found.repository };
    },
    refuseArchived(repository) {
      if (repository.archived) throw new GitHubError(403, "Repository was archived so is read-only.");
    },
  };
}

export function sees({ token, installation }: InstallationAccess, repository: RepositoryRecord): boolean {
  if (!covers(installation, repository)) return false;
  return token.repository_ids === null || token.repository_ids.includes(repository.id);
}

function credential(authorization: string | undefined, schemes: string[]): string | null {
  const [scheme = "", value = ""] = (authorization ?? "").split(" ");
  return schemes.includes(scheme.toLowerCase()) && value !== "" ? value : null;
}
