import type pg from "pg";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll } from "vitest";
import { insertCluster } from "../../src/db/clusters-store.ts";
import { connect, type Db } from "../../src/db/connect.ts";
import { insertProposal, type ProposalRow } from "../../src/db/proposals-store.ts";
import { insertStudyIfAbsent } from "../../src/db/studies-store.ts";
import { insertTemplate } from "../../src/db/templates-store.ts";
import type { TestDatabase } from "../support/databases.ts";
import { createTestDatabase } from "../support/postgres.ts";

export interface Store {
  readonly db: Db;
  readonly pool: pg.Pool;
}

/** A database of one's own for the tests of one file. */
export const useStore = (): Store => {
  let database: TestDatabase | undefined;
  let opened: Store | undefined;
  const here = () => {
    if (opened === undefined) throw new Error("the database is opened before the first test");
    return opened;
  };
  beforeAll(async () => {
    database = await createTestDatabase();
    opened = connect({ connectionString: database.url }, () => undefined);
  });
  afterAll(async () => {
    await opened?.db.destroy();
    await database?.drop();
  });
  return {
    get db() {
      return here().db;
    },
    get pool() {
      return here().pool;
    },
  };
};

export const addTarget = async (db: Db) => {
  const cluster = await insertCluster(db, {
    name: uuidv7(),
    engine_type: "elasticsearch",
    environment: "prod",
    config_repo_id: null,
    config_path: null,
  });
  const template = await insertTemplate(db, {
    name: `t${uuidv7()}`,
    version: 1,
    engine_type: "elasticsearch",
    declared_params: { boost: "float" },
  });
  return { cluster_id: cluster.id, template_id: template.id };
};

export const addStudy = async (db: Db): Promise<string> => {
  const id = uuidv7();
  await insertStudyIfAbsent(db, id, { ...studyFields, ...(await addTarget(db)) });
  return id;
};

export const studyFields = {
  name: "a study",
  status: "completed" as const,
  objective: {},
  baseline_metric: null,
  best_metric: null,
  best_trial_id: null,
  trial_count: 0,
  started_at: null,
  completed_at: null,
};

export const addProposal = async (db: Db, study_id: string | null = null): Promise<ProposalRow> =>
  insertProposal(db, {
    ...(await addTarget(db)),
    study_id,
    study_trial_id: null,
    config_diff: { boost: { to: 2 } },
    metric_delta: null,
  });
