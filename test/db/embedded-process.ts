/**
 * A process of its own that uses the embedded database: opens it, writes one line of JSON about it, and closes it
 * when its standard input ends. Its arguments: the data folder, and optionally the user id to become first.
 */
import { pino } from "pino";
import { openEmbeddedPostgres } from "../../src/db/embedded.ts";

const [dataDir = "", uid] = process.argv.slice(2);
if (uid !== undefined) {
  process.setgroups?.([]);
  process.setgid?.(Number(uid));
  process.setuid?.(Number(uid));
}

const opened = await openEmbeddedPostgres({
  dataDir,
  log: pino({ level: "silent" }),
  extraSettings: { fsync: "off" },
});
process.stdout.write(`${JSON.stringify({ connection: opened.connection, owned: opened.owned })}\n`);
process.stdin.resume();
process.stdin.once("end", () => {
  void opened.close();
});
