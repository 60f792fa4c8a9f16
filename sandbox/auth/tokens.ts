import { createHash, randomBytes, randomInt } from "node:crypto";
import type { Clock } from "../../src/clock.ts";
import { badCredentials, GitHubError, notFound } from "../github-error.ts";
import { coveredRepositories, installationById, sameName } from "../state/lookup.ts";
import type {
  InstallationRecord,
  Level,
  Permissions,
  RepositoryRecord,
  State,
  TokenRecord,
} from "../state/model.ts";
import type { Store } from "../state/store.ts";

const LIFETIME_MS = 60 * 60 * 1000;
const REPOSITORIES_MAX = 500;
const CLASSIC_CHARS = 36;
/** Bytes of an RSA signature with a key of 2048 bits: what makes the stateless form as long as it is. */
const SIGNATURE_BYTES = 256;

const LEVELS: readonly Level[] = ["read", "write", "admin"];

export interface TokenRequest {
  repositories?: string[] | undefined;
  repository_ids?: number[] | undefined;
  permissions?: Record<string, string> | undefined;
}

export interface MintedToken {
  /** The only time anybody sees it. */
  token: string;
  record: TokenRecord;
  /** Null: whatever the installation covers. */
  repositories: RepositoryRecord[] | null;
}

export interface Tokens {
  /** @throws GitHubError 404 unknown, 403 suspended, 422 more than the installation has. */
  mint(installationId: number, request: TokenRequest): MintedToken;
  /** @throws GitHubError 401 unknown, expired or revoked, 403 suspended. */
  verify(token: string): { token: TokenRecord; installation: InstallationRecord };
  revoke(token: TokenRecord): void;
}

export function createTokens(store: Store, clock: Clock): Tokens {
  return {
    mint(installationId, request) {
      const { state } = store;
      const installation = installationById(state, installationId);
      if (!installation) throw notFound();
      refuseSuspended(installation);
      const repositories = narrowedRepositories(state, installation, request);
      const token = state.settings.stateless_tokens ? statelessToken(state, clock) : classicToken();
      const record: TokenRecord = {
        sha256: sha256(token),
        installation_id: installation.id,
        repository_ids: repositories?.map((repository) => repository.id) ?? null,
        permissions: narrowedPermissions(installation, request.permissions),
        expires_at: new Date(clock.now() + LIFETIME_MS).toISOString().replace(/\.\d+Z$/, "Z"),
      };
      store.update((next) => {
        next.tokens = next.tokens.filter((other) => Date.parse(other.expires_at) > clock.now());
        next.tokens.push(record);
      });
      return { token, record, repositories };
    },

    verify(token) {
      const wanted = sha256(token);
      const record = store.state.tokens.find((candidate) => candidate.sha256 === wanted);
      if (!record || Date.parse(record.expires_at) <= clock.now()) throw badCredentials();
      const installation = installationById(store.state, record.installation_id);
      if (!installation) throw badCredentials();
      refuseSuspended(installation);
      return { token: record, installation };
    },

    revoke: (token) =>
      store.update((next) => {
        next.tokens = next.tokens.filter((other) => other.sha256 !== token.sha256);
      }),
  };
}

/** Whether `granted` includes `wanted`, such as write including read. */
export function allows(granted: Permissions, name: string, wanted: Level): boolean {
  const level = granted[name];
  return level !== undefined && LEVELS.indexOf(level) >= LEVELS.indexOf(wanted);
}

function refuseSuspended(installation: InstallationRecord): void {
  if (installation.suspended_at !== null) throw new GitHubError(403, "This installation has been suspended");
}

function narrowedRepositories(
  state: State,
  installation: InstallationRecord,
  request: TokenRequest,
): RepositoryRecord[] | null {
  if (!request.repositories && !request.repository_ids) return null;
  const names = request.repositories ?? [];
  const ids = request.repository_ids ?? [];
  if (names.length + ids.length > REPOSITORIES_MAX) {
    throw new GitHubError(422, `A maximum of ${REPOSITORIES_MAX} repositories can be specified.`);
  }
  const covered = coveredRepositories(state, installation);
  const wanted = [
    ...names.map((name) => covered.find((repository) => sameName(repository.name, name))),
    ...ids.map((id) => covered.find((repository) => repository.id === id)),
  ];
  const known = wanted.filter((repository) => repository !== undefined);
  if (known.length < wanted.length) {
    throw new GitHubError(
      422,
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  }
  return [...new Set(known)];
}

function narrowedPermissions(installation: InstallationRecord, wanted?: Record<string, string>): Permissions {
  if (!wanted) return { ...installation.permissions };
  const granted = Object.entries(wanted).every(
    ([name, level]) => isLevel(level) && allows(installation.permissions, name, level),
  );
  if (!granted) throw new GitHubError(422, "The permissions requested are not granted to this installation.");
  // GitHub adds this one by itself: every installation token may read metadata.
  return { metadata: "read", ...(wanted as Permissions) };
}

const isLevel = (value: string): value is Level => (LEVELS as readonly string[]).includes(value);

const sha256 = (token: string): string => createHash("sha256").update(token).digest("hex");

function classicToken(): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return `ghs_${Array.from({ length: CLASSIC_CHARS }, () => alphabet[randomInt(alphabet.length)]).join("")}`;
}

/** Nobody but GitHub can check its signature, so random bytes do. */
function statelessToken(state: State, clock: Clock): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now_s = Math.floor(clock.now() / 1000);
  const claims = {
    iss: "github",
    jti: randomBytes(16).toString("hex"),
    iat: now_s,
    exp: now_s + LIFETIME_MS / 1000,
  };
  const signature = randomBytes(SIGNATURE_BYTES).toString("base64url");
  return `ghs_${state.app.id}_${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}.${signature}`;
}
