import { startSandbox } from "../../sandbox/sandbox.ts";

/** The sandbox GitHub in a process of its own: what it costs is not the service's. Started with its DATA_DIR. */

const [dataDir = ""] = process.argv.slice(2);
const sandbox = await startSandbox({ dataDir });
process.on("SIGTERM", async () => {
  await sandbox.close();
  process.exit(0);
});
process.send?.({ url: sandbox.url });
