import { openSandbox } from "../../sandbox/open-sandbox.ts";

// Run by open-sandbox.test.ts: opens the sandbox of the folder given, says how that went, and stays until told to end.
const [dataDir = ""] = process.argv.slice(2);
const opened = await openSandbox(dataDir);
const { url, sandbox, secrets } = opened;
process.send?.({ url, role: sandbox ? "server" : "guest", app_id: secrets.app_id });
process.once("message", async () => {
  await opened.close();
  process.disconnect();
});
