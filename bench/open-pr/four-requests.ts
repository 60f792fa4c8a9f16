import { createSign, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type GitObject, objectId } from "../../src/git/pack/git-object.ts";
import { writePack } from "../../src/git/pack/write-pack.ts";
import { DELIM, FLUSH, pkt, readPkts } from "../../src/git/protocol/pkt-line.ts";
import type { BenchRepo } from "../support/config-repos.ts";

const ZERO = "0".repeat(40);
const WHO = "bench <bench@example.com> 1790000000 +0000";
const CHART_BYTES = 20_000;

export interface DirectOptions {
  sandboxUrl: string;
  /** Where the sandbox keeps the app's key. */
  dataDir: string;
}

/**
 * The four requests no pull request can do without (ls-refs, push, pull request, comment), each sent by hand right after
 * the answer to the one before: four round trips and the time the sandbox itself takes for them. The token is there.
 * @returns what sends them to a repository, and says how long they took, in milliseconds
 */
export const createFourRequests =
  ({ sandboxUrl, dataDir }: DirectOptions) =>
  async ({ owner, name, installationId }: BenchRepo): Promise<number> => {
    const token = await mintToken({ sandboxUrl, dataDir }, installationId);
    const gitUrl = `${sandboxUrl}/${owner}/${name}.git`;
    const apiUrl = `${sandboxUrl}/api/v3/repos/${owner}/${name}`;
    const branch = `relyloop/direct-${randomBytes(6).toString("hex")}`;
    const basic = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
    const git = (service: string, body: Buffer) => {
      const type = `application/x-${service}-request`;
      const headers = { authorization: basic, "content-type": type, "git-protocol": "version=2" };
      return sent(`${gitUrl}/${service}`, headers, body);
    };
    const rest = async (path: string, body: object) => {
      const headers = { authorization: `token ${token}`, "content-type": "application/json" };
      const answer = await sent(`${apiUrl}${path}`, headers, JSON.stringify(body));
      return JSON.parse(`${answer}`) as { number: number };
    };

    const started_ms = performance.now();
    const tip = tipIn(await git("git-upload-pack", lsRefs("refs/heads/main")));
    const { head, pack } = await newCommits(tip);
    const pushed = await git("git-receive-pack", Buffer.concat([pushCommand(head, branch), pack]));
    if (!pushed.includes(`ok refs/heads/${branch}`)) throw new Error(`the push was refused: ${pushed}`);
    const pull = await rest("/pulls", { title: "Direct", head: branch, base: "main", body: "Directly." });
    await rest(`/issues/${pull.number}/comments`, { body: "Directly." });
    return performance.now() - started_ms;
  };

const sent = async (url: string, headers: Record<string, string>, body: Buffer | string): Promise<Buffer> => {
  const response = await fetch(url, {
    method: "POST",
    headers,
    body: body as Uint8Array<ArrayBuffer> | string,
  });
  const answer = Buffer.from(await response.arrayBuffer());
  if (!response.ok) throw new Error(`POST ${url} answered ${response.status}: ${answer}`);
  return answer;
};

const lsRefs = (prefix: string): Buffer =>
  Buffer.concat([
    pkt("command=ls-refs\n"),
    pkt("object-format=sha1\n"),
    DELIM,
    pkt(`ref-prefix ${prefix}\n`),
    FLUSH,
  ]);

const tipIn = (answer: Buffer): string => {
  for (const each of readPkts(answer)) if (each.kind === "data") return each.data.toString("latin1", 0, 40);
  throw new Error("the repository has no base branch");
};

const pushCommand = (head: string, branch: string): Buffer =>
  Buffer.concat([pkt(`${ZERO} ${head} refs/heads/${branch}\0report-status object-format=sha1`), FLUSH]);

/** Two commits and a chart, as many objects as a job pushes; what the trees hold otherwise does not matter here. */
const newCommits = async (parent: string): Promise<{ head: string; pack: Buffer }> => {
  const objects: GitObject[] = [];
  const add = (type: GitObject["type"], data: Buffer): string => {
    const object = { type, data };
    objects.push(object);
    return objectId(object);
  };
  const tree = (mode: string, name: string, oid: string): string =>
    add("tree", Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, "hex")]));
  const commit = (root: string, on: string): string =>
    add("commit", Buffer.from(`tree ${root}\nparent ${on}\nauthor ${WHO}\ncommitter ${WHO}\n\nDirect\n`));
  const folder = (name: string, file: string, content: Buffer): string =>
    tree("40000", name, tree("40000", "below", tree("100644", file, add("blob", content))));

  const first = commit(folder("clusters", "x.params.json", randomBytes(100)), parent);
  const head = commit(folder(".relyloop", "chart.png", randomBytes(CHART_BYTES)), first);
  return { head, pack: await writePack(objects) };
};

/** As the app itself would: an assertion signed with its key, for a token of its installation. */
const mintToken = async ({ sandboxUrl, dataDir }: DirectOptions, installationId: number): Promise<string> => {
  const secrets = JSON.parse(readFileSync(join(dataDir, "sandbox-secrets"), "utf8")) as {
    app_id: number;
    private_key: string;
  };
  const now_s = Math.floor(Date.now() / 1_000);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iat: now_s - 60, exp: now_s + 540, iss: secrets.app_id };
  const content = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  const signature = createSign("RSA-SHA256").update(content).sign(secrets.private_key, "base64url");
  const url = `${sandboxUrl}/api/v3/app/installations/${installationId}/access_tokens`;
  const answer = await sent(url, { authorization: `Bearer ${content}.${signature}` }, "");
  return (JSON.parse(`${answer}`) as { token: string }).token;
};
