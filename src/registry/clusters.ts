import {
  type ClusterChanges,
  type ClusterRow,
  insertCluster,
  type NewCluster,
  updateCluster,
} from "../db/clusters-store.ts";
import type { Db } from "../db/connect.ts";
import { violatedConstraint } from "../db/db-errors.ts";
import { AppError } from "../errors.ts";

/** Names come from the constraints, not from a look beforehand, so that two writers at once get them too. */
const refusalOf = (error: unknown, cluster: ClusterChanges): unknown => {
  switch (violatedConstraint(error)) {
    case "clusters_name_key":
      return new AppError(
        "CLUSTER_NAME_TAKEN",
        `Another cluster is named ${cluster.name}. Choose another name.`,
      );
    case "clusters_config_repo_id_fkey":
      return new AppError("CONFIG_REPO_NOT_FOUND", `There is no config repo ${cluster.config_repo_id}.`);
    default:
      return error;
  }
};

export const createClusters = ({ db }: { db: Db }) => ({
  /** @throws AppError CLUSTER_NAME_TAKEN, CONFIG_REPO_NOT_FOUND */
  create: async (cluster: NewCluster): Promise<ClusterRow> => {
    try {
      return await insertCluster(db, cluster);
    } catch (error) {
      throw refusalOf(error, cluster);
    }
  },

  /** @throws AppError CLUSTER_NOT_FOUND, CLUSTER_NAME_TAKEN, CONFIG_REPO_NOT_FOUND */
  update: async (id: string, changes: ClusterChanges): Promise<ClusterRow> => {
    let updated: ClusterRow | undefined;
    try {
      updated = await updateCluster(db, id, changes);
    } catch (error) {
      throw refusalOf(error, changes);
    }
    if (updated === undefined) throw new AppError("CLUSTER_NOT_FOUND", `There is no cluster ${id}.`);
    return updated;
  },
});
