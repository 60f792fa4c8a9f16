import { installationAnswer, type Schemas, userAnswer } from "../../answers/account.ts";
import { repositoryAnswer } from "../../answers/repository.ts";
import { nodeId, type Site } from "../../site.ts";
import { accountById, fullName } from "../../state/lookup.ts";
import type { AccountRecord, InstallationRecord, RepositoryRecord, State } from "../../state/model.ts";

/** What every payload is made from. */
export interface PayloadContext {
  site: Site;
  state: State;
}

/** The REST answer without what only a single repository's answer has, and with what only webhooks have. */
export function repositoryPart({ site, state }: PayloadContext, repository: RepositoryRecord): object {
  const { subscribers_count: _s, network_count: _n, ...part } = repositoryAnswer(site, state, repository);
  return { ...part, is_template: false, web_commit_signoff_required: false, custom_properties: {} };
}

/** Ids and names, as installation events list what they cover. */
export function namedRepositories({ state }: PayloadContext, repositories: readonly RepositoryRecord[]) {
  return repositories.map((repository) => ({
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: fullName(state, repository),
    private: repository.private,
  }));
}

/** An installation in full, as installation events have it. */
export function installationPart({ site, state }: PayloadContext, installation: InstallationRecord): object {
  const answer = installationAnswer(site, state, installation);
  return { ...answer, events: schemaEvents(answer.events) };
}

const liteInstallation = ({ id }: InstallationRecord) => ({
  id,
  node_id: nodeId("IntegrationInstallation", id),
});

/** What comes with every event about an account or one of its repositories. */
export function surroundings(
  { site }: PayloadContext,
  about: { account: AccountRecord; installation: InstallationRecord; sender: AccountRecord },
): object {
  const { account } = about;
  return {
    ...(account.type === "Organization" ? { organization: organizationPart(site, account) } : {}),
    installation: liteInstallation(about.installation),
    sender: userAnswer(site, about.sender),
  };
}

/** What comes with every event in a repository. */
export function repositorySurroundings(
  context: PayloadContext,
  about: { repository: RepositoryRecord; installation: InstallationRecord; sender: AccountRecord },
): object {
  const account = accountById(context.state, about.repository.owner_id);
  return {
    repository: repositoryPart(context, about.repository),
    ...surroundings(context, { ...about, account }),
  };
}

function organizationPart(site: Site, account: AccountRecord): object {
  const url = `${site.apiUrl}/orgs/${account.login}`;
  const { avatar_url } = userAnswer(site, account);
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId("Organization", account.id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url,
    description: null,
  };
}

/** An app inside another object; GitHub counts its installations only for the app itself. */
export function appPart(answer: Schemas["integration"]): object | null {
  if (answer === null) return null;
  const { installations_count: _count, ...part } = answer;
  return { ...part, events: schemaEvents(part.events) };
}

/** The published schemas don't know yet that an app can subscribe to this one. */
const schemaEvents = (events: readonly string[]): string[] =>
  events.filter((event) => event !== "installation_target");

/** The counts of reactions, which come with every issue and comment. */
export function reactionsPart(url: string, contents: readonly string[]): object {
  const count = (content: string): number => contents.filter((one) => one === content).length;
  return {
    url: `${url}/reactions`,
    total_count: contents.length,
    "+1": count("+1"),
    "-1": count("-1"),
    laugh: count("laugh"),
    hooray: count("hooray"),
    confused: count("confused"),
    heart: count("heart"),
    rocket: count("rocket"),
    eyes: count("eyes"),
  };
}
