import type { Config } from "./config.ts";
import { openEmbeddedPostgres } from "./db/embedded.ts";
import { migrate } from "./db/migrate.ts";
import { createLogger } from "./logger.ts";
import { createRedactor } from "./redact.ts";

/** The release step: brings the schema of the settings' database up to date. @returns the migrations that ran */
export const migrateOnce = async (config: Config): Promise<string[]> => {
  if (config.databaseUrl !== null) return migrate({ connectionString: config.databaseUrl });
  const log = createLogger(config.logLevel ?? "info", createRedactor([]));
  const embedded = await openEmbeddedPostgres({ dataDir: config.dataDir, log });
  try {
    return await migrate(embedded.connection);
  } finally {
    await embedded.close();
  }
};
