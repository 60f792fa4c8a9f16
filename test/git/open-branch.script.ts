/** Opens a branch as a job does. Runs in a process of its own, which a test takes rights away from. */
import { openIsomorphicTransport } from "../../src/git/isomorphic-transport.ts";
import { openV2Transport } from "../../src/git/v2-transport.ts";

const { REPOSITORY_URL = "", AUTHORIZATION = "" } = process.env;
const open = process.argv[2] === "v2" ? openV2Transport : openIsomorphicTransport;
const transport = open({
  url: REPOSITORY_URL,
  authorization: async () => AUTHORIZATION,
  signal: AbortSignal.timeout(15_000),
});
const { base } = await transport.tips("main", "relyloop/study-0190b5a2");
if (base === null) throw new Error("no base branch");
const file = (path: string) => ({
  message: path,
  files: [{ path, bytes: Buffer.from("new") }],
  identity: { name: "bot", email: "bot@example.org" },
  date_s: 1_700_000_000,
});
const built = await transport.build(base, [file("a.json"), file("b.json")]);
const outcome = await transport.createBranch("relyloop/study-0190b5a2", built);
await transport.close();
process.stdout.write(outcome.kind);
