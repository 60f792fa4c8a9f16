import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startSandbox } from "../../sandbox/sandbox.ts";
import { createSandboxClient } from "../support/sandbox-client.ts";
import { createRestWorld, REPO } from "./rest-world.ts";

it("A folder of an earlier version opens with all it had, and its check runs in suites", async () => {
  const world = await createRestWorld();
  const { dataDir, sandbox, headSha } = world;
  const path = join(dataDir, "sandbox", "state.json");
  await sandbox.close();
  const state = JSON.parse(readFileSync(path, "utf8"));
  const drop = (records: Record<string, unknown>[], ...names: string[]) => {
    for (const record of records) for (const name of names) delete record[name];
  };
  drop(state.accounts, "member_ids");
  drop(state.repositories, "fork_of");
  drop(state.pulls, "head_repository_id");
  drop(state.check_runs, "suite_id", "app");
  drop([state], "check_suites", "reactions");
  writeFileSync(path, JSON.stringify(state));

  // Another port, so that no connection of before is used again.
  const again = await startSandbox({ dataDir, port: 0 });
  const client = createSandboxClient(again);
  const authorization = `token ${await client.token()}`;
  const get = (path: string) => client.send("GET", `/repos/${REPO}${path}`, { authorization });
  const pull = await get("/pulls/1");
  expect(pull.body).toMatchObject({ state: "open", head: { sha: headSha, repo: { full_name: REPO } } });
  const suites = await get(`/commits/${headSha}/check-suites`);
  expect(suites.body).toMatchObject({ total_count: 1, check_suites: [{ latest_check_runs_count: 1 }] });
  const { id } = await again.commentOnPull(REPO, 1, { body: "Hello." });
  await again.reactToComment(REPO, id, { content: "heart" });
  expect((await get(`/issues/comments/${id}`)).body).toMatchObject({
    author_association: "MEMBER",
    reactions: { heart: 1 },
  });
  await again.close();
  await world.close();
});
