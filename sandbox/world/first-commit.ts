import { emailOf } from "../answers/commit.ts";
import type { FirstCommit } from "../git/make-repository.ts";
import type { Site } from "../site.ts";
import type { AccountRecord, RepositoryRecord } from "../state/model.ts";

/** What a repository begins with where nobody says otherwise: a README by its founder, dated to its creation. */
export function firstCommit(site: Site, repository: RepositoryRecord, founder: AccountRecord): FirstCommit {
  return {
    branch: repository.default_branch,
    files: { "README.md": `# ${repository.name}\n` },
    message: "First commit",
    author: { name: founder.login, email: emailOf(site, founder), date: repository.created_at },
  };
}
