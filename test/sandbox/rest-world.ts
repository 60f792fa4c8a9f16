import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";
import { manifestCodeOf } from "./manifest-code.ts";

export const REPO = "acme/search-config";
export const BRANCH = "relyloop/study-1";
export const FILE = "clusters/products-prod/products-bm25.params.json";

/** A repository in the middle of things: an open pull request with a comment, a check run and a status. */
export interface RestWorld extends TestSandbox {
  /** Value of the Authorization header of the app itself. */
  app: string;
  /** The same of an installation token with all that is granted. */
  token: string;
  installation: number;
  pull: number;
  comment: number;
  checkRun: number;
  /** Id of a webhook delivery that failed. */
  delivery: number;
  /** For the app's credentials; good once. */
  manifestCode: string;
  baseSha: string;
  headSha: string;
}

export async function createRestWorld(): Promise<RestWorld> {
  const started = await startTestSandbox();
  const { sandbox, client } = started;
  const app = `Bearer ${client.appJwt()}`;
  const token = `token ${await client.token()}`;
  // Nothing is sent anywhere, and everything is listed as failed.
  sandbox.hooks.addRule({ times: null, do: "fail" });
  await sandbox.hooks.setUrl("http://127.0.0.1:1/hooks");

  const baseSha = await sandbox.branchTip(REPO, "main");
  const headSha = await sandbox.pushAs("bob", REPO, BRANCH, { [FILE]: '{\n  "title_boost": 3\n}\n' });
  await sandbox.createRepository({ owner: "acme", name: "other" });
  const path = `/repos/${REPO}`;
  const pull = await client.send("POST", `${path}/pulls`, {
    authorization: token,
    body: { title: "RelyLoop: tune products", head: BRANCH, base: "main", body: "| a | b |" },
  });
  const comment = await client.send("POST", `${path}/issues/1/comments`, {
    authorization: token,
    body: { body: "A chart." },
  });
  const checkRun = await client.send("POST", `${path}/check-runs`, {
    authorization: token,
    body: { name: "RelyLoop", head_sha: headSha, external_id: "p1" },
  });
  await sandbox.setStatus(REPO, 1, { state: "success" });
  await sandbox.reviewPull(REPO, 1, { state: "approved", body: "Good." });
  await sandbox.hooks.idle();
  return {
    ...started,
    app,
    token,
    installation: sandbox.installation("acme")?.id ?? 0,
    pull: pull.body.number,
    comment: comment.body.id,
    checkRun: checkRun.body.id,
    delivery: sandbox.hooks.deliveries()[0]?.id ?? 0,
    manifestCode: await manifestCodeOf(sandbox, client),
    baseSha: baseSha ?? "",
    headSha,
  };
}
