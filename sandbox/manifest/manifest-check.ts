import { emitterEventNames } from "@octokit/webhooks";
import { z } from "zod";
import { GitHubError } from "../github-error.ts";
import type { Permissions } from "../state/model.ts";

/** What is left of a manifest once GitHub has looked at it. */
export interface CheckedManifest {
  name: string;
  redirect_url: string;
  setup_url: string | null;
  setup_on_update: boolean;
  /** null: events are sent nowhere. */
  hook_url: string | null;
  permissions: Permissions;
  events: string[];
}

const NAME_LENGTH_MAX = 34;
const CALLBACK_URLS_MAX = 10;

/** https://docs.github.com/rest/authentication/permissions-required-for-github-apps */
const PERMISSIONS = new Set(
  `actions administration attestations checks codespaces contents custom_properties_for_organizations dependabot_secrets
  deployments discussions email_addresses environments followers git_ssh_keys gpg_keys interaction_limits issues members
  merge_queues metadata organization_administration organization_custom_org_roles organization_custom_properties
  organization_custom_roles organization_events organization_hooks organization_packages organization_personal_access_token_requests
  organization_personal_access_tokens organization_plan organization_projects organization_secrets
  organization_self_hosted_runners organization_user_blocking packages pages profile pull_requests
  repository_custom_properties repository_hooks repository_projects secret_scanning_alerts secrets security_events
  single_file starring statuses vulnerability_alerts workflows`.split(/\s+/),
);

/** These come to every app, and can't be subscribed to. */
const UNASKED = ["installation", "installation_repositories", "github_app_authorization"];
const EVENTS = new Set(
  emitterEventNames.filter((name) => !name.includes(".") && !UNASKED.includes(name)).map(String),
);

/** An event comes only with a permission that has to do with it; of those not named here GitHub asks metadata at most. */
const NEEDED: Record<string, string[]> = {
  check_run: ["checks"],
  check_suite: ["checks"],
  issue_comment: ["issues", "pull_requests"],
  issues: ["issues"],
  pull_request: ["pull_requests"],
  pull_request_review: ["pull_requests"],
  pull_request_review_comment: ["pull_requests"],
  push: ["contents"],
  status: ["statuses"],
};

const address = z.url({ protocol: /^https?$/ });
const manifestSchema = z.object({
  name: z.string().optional(),
  url: address,
  // A secret in here is refused: GitHub makes its own.
  hook_attributes: z.strictObject({ url: address, active: z.boolean().default(true) }).optional(),
  redirect_url: address,
  callback_urls: z.array(address).max(CALLBACK_URLS_MAX).optional(),
  setup_url: address.optional(),
  description: z.string().optional(),
  public: z.boolean().optional(),
  default_events: z.array(z.string()).default([]),
  default_permissions: z.record(z.string(), z.enum(["read", "write", "admin"])).default({}),
  request_oauth_on_install: z.boolean().default(false),
  setup_on_update: z.boolean().default(false),
});

const invalid = (message: string): GitHubError => new GitHubError(422, message);

/** @throws GitHubError 422 with what GitHub's page says below "Invalid GitHub App configuration" */
export function checkManifest(text: string): CheckedManifest {
  const result = manifestSchema.safeParse(parsed(text));
  if (!result.success) throw invalid(describe(result.error.issues[0]));
  const { hook_attributes: hook, default_permissions, default_events, ...manifest } = result.data;
  if (hook && !hook.url.startsWith("https:") && !isLoopback(hook.url)) {
    throw invalid("Hook url must be https here: what is sent there shall not be read on the way.");
  }
  const unknown = Object.keys(default_permissions).find((name) => !PERMISSIONS.has(name));
  if (unknown !== undefined) {
    throw invalid(`Default permission records resource is not included in the list: ${unknown}`);
  }
  const permissions = {
    ...default_permissions,
    metadata: default_permissions.metadata ?? "read",
  } as Permissions;
  const odd = default_events.filter((name) => !EVENTS.has(name));
  if (odd.length > 0) throw invalid(`Default events unsupported: ${odd.join(", ")}`);
  const lacking = default_events.filter(
    (name) => NEEDED[name] !== undefined && !NEEDED[name].some((needed) => needed in permissions),
  );
  if (lacking.length > 0) {
    throw invalid(`Default events are not supported by permissions: ${lacking.join(", ")}`);
  }
  return {
    name: manifest.name ?? "",
    redirect_url: manifest.redirect_url,
    // With a login on installing, people are led to the callback instead.
    setup_url: manifest.request_oauth_on_install ? null : (manifest.setup_url ?? null),
    setup_on_update: manifest.setup_on_update,
    hook_url: hook?.active ? hook.url : null,
    permissions,
    events: [...new Set(default_events)].sort(),
  };
}

/** @throws GitHubError 422 */
export function checkName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === "") throw invalid("Name can't be blank");
  if (trimmed.length > NAME_LENGTH_MAX)
    throw invalid(`Name is too long (maximum is ${NAME_LENGTH_MAX} characters)`);
  return trimmed;
}

/** As GitHub makes them: what is no letter or digit becomes a hyphen. */
export const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid("The manifest is no JSON.");
  }
}

/** GitHub names a field without its parent: a missing `hook_attributes.url` is `"url"` too. */
function describe(issue: z.core.$ZodIssue | undefined): string {
  const field = String(issue?.path.at(-1) ?? "manifest");
  const isMissing = issue?.code === "invalid_type" && issue.message.includes("undefined");
  return isMissing ? `"${field}" wasn't supplied.` : `"${field}" is not valid: ${issue?.message ?? ""}`;
}

const isLoopback = (url: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(new URL(url).hostname);
