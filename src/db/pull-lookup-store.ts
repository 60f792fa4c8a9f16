import { sql } from "kysely";
import type { Executor } from "./connect.ts";

/** What an event speaks of, in GitHub's ids: a pull request, those with a commit as their head, or a repository. */
export interface LookedUp {
  repository_id: number;
  number?: number;
  sha?: string;
}

/** What it is to us. */
export interface Found {
  /** Which of the asked for, counted from 0. */
  position: number;
  /** For a pull request or a commit. */
  proposal_id: string | null;
  /** For a repository by itself: the installation it is reached through, in decimal. */
  auth_ref: string | null;
}

/**
 * Finds our proposals and config repos behind what events speak of, all in one query. Numeric ids are compared, never
 * names: another repository's pull request or branch of the same name matches nothing. Each is looked up by itself
 * (LATERAL, and OFFSET 0 keeps it so): joined at once, all pull requests of a repository would be gone through.
 */
export const lookUp = async (db: Executor, asked: readonly LookedUp[]): Promise<Found[]> => {
  if (asked.length === 0) return [];
  const json = JSON.stringify(asked.map((one, position) => ({ position, ...one })));
  const { rows } = await sql<Found>`
    WITH asked AS (
      SELECT asked.position, asked.number, asked.sha, repo.id AS config_repo_id, repo.auth_ref
      FROM json_to_recordset(${json}::text::json) AS asked(position int, repository_id bigint, number int, sha text)
      JOIN config_repos repo ON repo.github_repo_id = asked.repository_id
    )
    SELECT asked.position, found.proposal_id, NULL AS auth_ref
    FROM asked CROSS JOIN LATERAL (
      SELECT id AS proposal_id FROM proposals
        WHERE pr_number = asked.number AND pr_config_repo_id = asked.config_repo_id
      UNION
      SELECT id FROM proposals
        WHERE pr_head_sha = asked.sha AND pr_config_repo_id = asked.config_repo_id
          AND pr_number IS NOT NULL AND status IN ('pr_opened', 'rejected')
      UNION
      SELECT proposal.id FROM
        (SELECT proposal_id FROM pull_mirrors WHERE head_sha = asked.sha OFFSET 0) mirror
        CROSS JOIN LATERAL (
          SELECT id FROM proposals
          WHERE id = mirror.proposal_id AND pr_config_repo_id = asked.config_repo_id
            AND status IN ('pr_opened', 'rejected')
          OFFSET 0) proposal
    ) found
    UNION ALL
    SELECT asked.position, NULL, asked.auth_ref FROM asked WHERE asked.number IS NULL AND asked.sha IS NULL
    ORDER BY position, proposal_id`.execute(db);
  return rows;
};
