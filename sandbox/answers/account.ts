import type { components } from "@octokit/openapi-types";
import { nodeId, type Site } from "../site.ts";
import type { AccountRecord, InstallationRecord, Permissions, State } from "../state/model.ts";

export type Schemas = components["schemas"];

/** GitHub's `simple-user`, for people, organisations and bots alike. */
export function userAnswer(site: Site, account: AccountRecord): Schemas["simple-user"] {
  const url = `${site.apiUrl}/users/${encodeURIComponent(account.login)}`;
  const page = account.type === "Bot" ? `apps/${account.login.replace(/\[bot]$/, "")}` : account.login;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type, account.id),
    avatar_url: `${site.url}/_sandbox/avatar.svg`,
    gravatar_id: "",
    url,
    html_url: `${site.url}/${page}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    site_admin: false,
  };
}

export function publicUserAnswer(site: Site, account: AccountRecord): Schemas["public-user"] {
  return {
    ...userAnswer(site, account),
    user_view_type: "public",
    name: account.login,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: account.created_at,
    updated_at: account.created_at,
  };
}

export function appAnswer(site: Site, state: State): NonNullable<Schemas["integration"]> {
  const { app } = state;
  const owner = state.accounts.find((account) => account.id === app.owner_id);
  if (!owner) throw new Error("The app has no owner.");
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId("Integration", app.id),
    owner: userAnswer(site, owner),
    name: app.name,
    description: null,
    external_url: `${site.url}/apps/${app.slug}`,
    html_url: `${site.url}/apps/${app.slug}`,
    created_at: app.created_at,
    updated_at: app.created_at,
    permissions: app.permissions,
    events: app.events,
    installations_count: state.installations.length,
  };
}

export function installationAnswer(
  site: Site,
  state: State,
  installation: InstallationRecord,
): Schemas["installation"] {
  const account = state.accounts.find((candidate) => candidate.id === installation.account_id);
  if (!account) throw new Error("The installation has no account.");
  const url = `${site.apiUrl}/app/installations/${installation.id}`;
  return {
    id: installation.id,
    account: userAnswer(site, account),
    repository_selection: installation.repository_selection,
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${site.apiUrl}/installation/repositories`,
    html_url: `${site.url}/organizations/${account.login}/settings/installations/${installation.id}`,
    app_id: state.app.id,
    app_slug: state.app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: installation.permissions as Permissions & Schemas["app-permissions"],
    events: state.app.events,
    created_at: installation.created_at,
    updated_at: installation.updated_at,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: installation.suspended_at === null ? null : userAnswer(site, account),
    suspended_at: installation.suspended_at,
  };
}
