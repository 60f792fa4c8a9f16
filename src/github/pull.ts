import { z } from "zod";

/** The fields of a pull request that are used, under GitHub's names. */
export interface Pull {
  number: number;
  html_url: string;
  state: "open" | "closed";
  /** ISO 8601; the only sign of a merge. */
  merged_at: string | null;
  head_sha: string;
  head_ref: string;
  /** null: the fork it came from is gone. */
  head_repo_id: number | null;
  base_ref: string;
  base_repo_id: number;
  /** null: the account is gone. */
  author_login: string | null;
  updated_at: string;
  draft: boolean;
}

/** https://docs.github.com/rest/pulls/pulls#get-a-pull-request; lists hold the same fields. */
export const pullSchema = z
  .object({
    number: z.number(),
    html_url: z.string(),
    state: z.enum(["open", "closed"]),
    merged_at: z.string().nullable(),
    head: z.object({ sha: z.string(), ref: z.string(), repo: z.object({ id: z.number() }).nullable() }),
    base: z.object({ ref: z.string(), repo: z.object({ id: z.number() }) }),
    user: z.object({ login: z.string() }).nullable(),
    updated_at: z.string(),
    draft: z.boolean().default(false),
  })
  .transform(
    ({ head, base, user, ...rest }): Pull => ({
      ...rest,
      head_sha: head.sha,
      head_ref: head.ref,
      head_repo_id: head.repo?.id ?? null,
      base_ref: base.ref,
      base_repo_id: base.repo.id,
      author_login: user?.login ?? null,
    }),
  );

export interface Ours {
  /** Tip of our branch as it was stored before it was pushed. */
  headSha: string;
  /** GitHub's id of the config repo, which is both head and base. */
  repositoryId: number;
  base: string;
  /** `<slug>[bot]`. */
  botLogin: string;
}

/**
 * Whether a pull request is ours. The stored SHA proves it, together with the repository, the base and the author;
 * trailers and markers in texts can be copied and prove nothing.
 */
export const isOurs = (pull: Pull, ours: Ours): boolean =>
  pull.head_sha === ours.headSha &&
  pull.head_repo_id === ours.repositoryId &&
  pull.base_repo_id === ours.repositoryId &&
  pull.base_ref === ours.base &&
  pull.author_login === ours.botLogin;
