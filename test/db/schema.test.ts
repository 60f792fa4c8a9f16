import pg from "pg";
import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { addProposal, addStudy, addTarget, useStore } from "./store-fixtures.ts";

const store = useStore();

/** What each enumerated column may hold (docs/design.md). */
const ENUMERATED: Record<string, string[]> = {
  "installations.account_type": ["Organization", "User"],
  "installations.repository_selection": ["all", "selected"],
  "installations.status": ["active", "suspended", "deleted"],
  "config_repos.provider": ["github"],
  "config_repos.status": ["active", "suspended", "removed", "archived"],
  "config_repos.registered_via": ["installation", "api"],
  "clusters.engine_type": ["elasticsearch", "opensearch", "solr"],
  "clusters.environment": ["prod", "staging", "dev"],
  "query_templates.engine_type": ["elasticsearch", "opensearch", "solr"],
  "studies.status": ["queued", "running", "completed", "failed", "cancelled"],
  "trials.status": ["complete", "failed", "pruned"],
  "proposals.status": ["pending", "pr_opened", "pr_merged", "rejected"],
  "proposals.pr_state": ["open", "closed", "merged"],
  "proposals.pr_checks": ["pending", "success", "failure"],
  "proposals.pr_review": ["approved", "changes_requested"],
  "proposals.open_pr_state": ["idle", "queued", "running", "waiting", "failed"],
  "webhook_deliveries.status": ["received", "processed", "failed", "ignored"],
};

/** A row in every table, so that an update has something to refuse. */
beforeAll(async () => {
  const proposal = await addProposal(store.db, await addStudy(store.db));
  await store.pool.query(
    `INSERT INTO installations (id, account_login, account_id, account_type, repository_selection)
     VALUES (7, 'acme', 8, 'Organization', 'all')`,
  );
  await store.pool.query(
    `INSERT INTO config_repos (id, name, repo_url, github_repo_id, owner, repo, default_branch, pr_base_branch,
       auth_ref, registered_via)
     VALUES ($1, 'acme/x', 'https://github.com/acme/x', 9, 'acme', 'x', 'main', 'main', '7', 'api')`,
    [uuidv7()],
  );
  await store.pool.query(
    "INSERT INTO trials (id, study_id, number, params, status) VALUES ($1, $2, 0, '{}', 'complete')",
    [uuidv7(), proposal.study_id],
  );
  await store.pool.query(
    "INSERT INTO webhook_deliveries (delivery_id, event, body_sha256) VALUES ($1, 'ping', $2)",
    [uuidv7(), "a".repeat(64)],
  );
});

const refusalOf = async (statement: string, values: unknown[] = []): Promise<pg.DatabaseError> => {
  const error = await store.pool.query(statement, values).then(
    ({ rowCount }) => new Error(`accepted, for ${rowCount} rows`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof pg.DatabaseError)) throw error;
  return error;
};

const CHECK_VIOLATION = "23514";

describe("an enumerated column", () => {
  it.each(Object.keys(ENUMERATED))("%s takes no value that is not in its list", async (column) => {
    const [table, name] = column.split(".");
    for (const foreign of ["nonsense", "", "PENDING"]) {
      const refusal = await refusalOf(`UPDATE ${table} SET ${name} = $1`, [foreign]);
      expect(refusal).toMatchObject({ code: CHECK_VIOLATION, constraint: `${table}_${name}_check` });
    }
  });

  it.each(Object.entries(ENUMERATED))("%s takes %j", async (column, values) => {
    const [table, name] = column.split(".");
    const { rows } = await store.pool.query<{ definition: string }>(
      "SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = $1",
      [`${table}_${name}_check`],
    );
    const allowed = [...`${rows[0]?.definition}`.matchAll(/'([^']+)'::text/g)].map(([, value]) => value);
    expect(allowed).toEqual(values);
  });

  it("is none beside these", async () => {
    const { rows } = await store.pool.query<{ name: string }>(
      `SELECT conrelid::regclass || '.' || attname AS name FROM pg_constraint
       JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
       WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND cardinality(conkey) = 1
         AND pg_get_constraintdef(pg_constraint.oid) ~ '= (ANY|''[a-z]+''::text)'`,
    );
    expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(ENUMERATED).sort());
  });
});

describe("a column with a form", () => {
  it.each([
    ["config_repos", "auth_ref", ["0", "12a", "-7", "1".repeat(20), "ghp_0123456789"]],
    ["query_templates", "name", ["", ".hidden", "a/b", "a".repeat(101)]],
    ["proposals", "pr_head_sha", ["main", "A".repeat(40), "a".repeat(39)]],
    ["proposals", "pr_base_sha", ["main", "a".repeat(64)]],
    ["webhook_deliveries", "body_sha256", ["a".repeat(40)]],
  ])("%s.%s refuses %j", async (table, column, values) => {
    for (const value of values) {
      const refusal = await refusalOf(`UPDATE ${table} SET ${column} = $1`, [value]);
      expect(refusal.code).toBe(CHECK_VIOLATION);
    }
  });

  it.each([
    ["query_templates", "version", 0],
    ["studies", "trial_count", -1],
    ["trials", "number", -1],
    ["trials", "duration_ms", -1],
    ["proposals", "open_pr_attempt", -1],
  ])("%s.%s refuses %d", async (table, column, value) => {
    expect((await refusalOf(`UPDATE ${table} SET ${column} = $1`, [value])).code).toBe(CHECK_VIOLATION);
  });
});

describe("a proposal", () => {
  it("that is opened has the address of its pull request", async () => {
    const { id } = await addProposal(store.db);
    const update = "UPDATE proposals SET status = 'pr_opened', pr_url = $2 WHERE id = $1";
    expect((await refusalOf(update, [id, null])).constraint).toBe("proposals_pr_opened_has_url");
    await expect(store.pool.query(update, [id, "https://github.com/acme/x/pull/1"])).resolves.toMatchObject({
      rowCount: 1,
    });
  });

  it("that is merged has the time of the merge", async () => {
    const { id } = await addProposal(store.db);
    const update = "UPDATE proposals SET status = 'pr_merged', pr_merged_at = $2 WHERE id = $1";
    expect((await refusalOf(update, [id, null])).constraint).toBe("proposals_pr_merged_has_time");
    await expect(store.pool.query(update, [id, new Date()])).resolves.toMatchObject({ rowCount: 1 });
  });

  it("is the only pending or opened one of its study, whatever ended before it", async () => {
    const study = await addStudy(store.db);
    const insert = `INSERT INTO proposals (id, study_id, cluster_id, template_id, config_diff, status, pr_url, pr_merged_at)
      VALUES ($1, $2, $3, $4, '{}', $5, 'https://github.com/acme/x/pull/1', now())`;
    const { cluster_id, template_id } = await addTarget(store.db);
    const add = (status: string): [string, unknown[]] => [
      insert,
      [uuidv7(), study, cluster_id, template_id, status],
    ];
    for (const status of ["rejected", "pr_merged", "rejected", "pr_opened", "pr_merged"]) {
      await store.pool.query(...add(status));
    }
    for (const status of ["pending", "pr_opened"]) {
      expect((await refusalOf(...add(status))).constraint).toBe("proposals_one_live_per_study");
    }
  });

  it("keeps its timeline: with events it can't be removed", async () => {
    const { id } = await addProposal(store.db);
    await insertEvent(id);
    expect((await refusalOf("DELETE FROM proposals WHERE id = $1", [id])).code).toBe("23503");
  });
});

const insertEvent = (proposalId: string) =>
  store.pool.query(
    "INSERT INTO proposal_events (id, proposal_id, kind) VALUES ($1, $2, 'open_pr_step') RETURNING seq",
    [uuidv7(), proposalId],
  );

describe("the timeline", () => {
  it.each([
    "UPDATE proposal_events SET actor = 'somebody else'",
    "DELETE FROM proposal_events",
    "TRUNCATE proposal_events",
  ])("is append-only: %s is refused", async (statement) => {
    await insertEvent((await addProposal(store.db)).id);
    expect((await refusalOf(statement)).message).toContain("append-only");
  });

  it("gives its own numbers: one that is chosen by the writer counts for nothing", async () => {
    const { id } = await addProposal(store.db);
    const { rows } = await insertEvent(id);
    const chosen = await store.pool.query(
      "INSERT INTO proposal_events (id, seq, proposal_id, kind) VALUES ($1, 1000000, $2, 'open_pr_step') RETURNING seq",
      [uuidv7(), id],
    );
    expect(chosen.rows[0].seq).toBe(rows[0].seq + 1);
  });

  it("is never seen with a gap, under 8 writers of whom some roll back", async () => {
    const { id } = await addProposal(store.db);
    const seqs = async () => {
      const { rows } = await store.pool.query<{ seq: number }>(
        "SELECT seq FROM proposal_events ORDER BY seq",
      );
      return rows.map(({ seq }) => seq);
    };
    const before = (await seqs()).length;
    const writer = async (number: number) => {
      const client = await store.pool.connect();
      try {
        for (let round = 0; round < 12; round++) {
          await client.query("BEGIN");
          await client.query(
            "INSERT INTO proposal_events (id, proposal_id, kind) VALUES ($1, $2, 'open_pr_step')",
            [uuidv7(), id],
          );
          await client.query((round + number) % 3 === 0 ? "ROLLBACK" : "COMMIT");
        }
      } finally {
        client.release();
      }
    };
    let writing = true;
    const looks: number[][] = [];
    const reader = async () => {
      while (writing) looks.push(await seqs());
    };
    const reading = reader();
    await Promise.all(Array.from({ length: 8 }, (_, number) => writer(number)));
    writing = false;
    await reading;

    expect(looks.length).toBeGreaterThan(1);
    for (const seen of looks) expect(seen).toEqual(Array.from(seen, (_, index) => index + 1));
    expect(await seqs()).toHaveLength(before + 8 * 8);
  });
});
