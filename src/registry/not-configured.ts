import type { NotConfiguredReason } from "../errors.ts";

/** What the app has to be able to write on a config repo. */
const NEEDED_PERMISSIONS = ["contents", "pull_requests"] as const;

interface Situation {
  /** Whether the service holds a GitHub App's credentials at all. */
  credentials: boolean;
  /** As stored; undefined when it was never seen. */
  installation:
    | { status: "active" | "suspended" | "deleted"; permissions: Record<string, string> }
    | undefined;
  configRepo: { status: "active" | "suspended" | "removed" | "archived" };
}

/**
 * Why the app can't write to a config repo, or null when it can. Several things may be wrong at once; the first
 * one named is the one that has to be put right first.
 */
export const notConfiguredReason = ({
  credentials,
  installation,
  configRepo,
}: Situation): NotConfiguredReason | null => {
  if (!credentials) return "no_credentials";
  if (installation === undefined || installation.status === "deleted") return "uninstalled";
  if (installation.status === "suspended" || configRepo.status === "suspended") return "suspended";
  if (configRepo.status === "removed") return "repo_removed";
  if (configRepo.status === "archived") return "archived";
  const { permissions } = installation;
  const granted = NEEDED_PERMISSIONS.every((name) => permissions[name] === "write");
  return granted ? null : "permission_pending";
};
