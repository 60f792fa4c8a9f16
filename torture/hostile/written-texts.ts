import type { Exchange } from "../../sandbox/exchange.ts";
import type { TestService } from "../../test/support/start-service.ts";
import { actorHeader, submitProposal, type Words } from "./hostile-proposal.ts";
import { untilQuiet } from "./row-digest.ts";

/** Everything that reached GitHub for one proposal, from its press to its rejection. */
export interface WrittenTexts {
  /** One line each, shown as they are. */
  titles: Record<string, string>;
  /** GitHub Markdown. */
  markdown: Record<string, string>;
  /** Of the branch's commits, the newest first, with what git takes for their trailers. */
  commits: { message: string; trailers: string }[];
}

/** Opens the proposal's pull request, waits for its check, and rejects it. @throws Error when it can't be opened */
export const writeTexts = async (service: TestService, words: Words): Promise<WrittenTexts> => {
  const { api, sandbox } = service;
  const { scenario, proposalId } = await submitProposal(service, words);
  const place = `/repos/${scenario.repository.full_name}/`;
  const exchanges: Exchange[] = [];
  const stop = sandbox.onExchange((exchange) => {
    if (exchange.path.startsWith(place) && exchange.method !== "GET") exchanges.push(exchange);
  });
  try {
    const headers = actorHeader(words);
    const pressed = await api.request("POST", `/proposals/${proposalId}/open_pr`, { headers });
    if (pressed.status !== 202) throw new Error(JSON.stringify(pressed.body));
    const opened = await api.until(
      proposalId,
      (one) => one.status !== "pending" || one.open_pr.state === "failed",
    );
    if (opened.pr_head_sha === null || opened.open_pr.error !== null)
      throw new Error(JSON.stringify(opened.open_pr.error));
    const commits = await readCommits(service, scenario.repository.id, `main..${opened.pr_head_sha}`);
    await untilQuiet(service);
    const rejected = await api.request("POST", `/proposals/${proposalId}/reject`, {
      headers,
      body: { reason: words.reason },
    });
    if (rejected.status !== 200) throw new Error(JSON.stringify(rejected.body));
    await untilQuiet(service);
    return { ...sortTexts(exchanges), commits };
  } finally {
    stop();
  }
};

const BETWEEN = "\u001e";

const readCommits = async ({ sandbox }: TestService, repository: number, range: string) => {
  const message = `--format=%B${BETWEEN}%(trailers:only,unfold)${BETWEEN}`;
  const parts = (await sandbox.git(repository, "log", message, range)).split(BETWEEN);
  return Array.from({ length: Math.floor(parts.length / 2) }, (_, index) => ({
    message: (parts[2 * index] ?? "").trimStart(),
    trailers: (parts[2 * index + 1] ?? "").trim(),
  }));
};

interface Sent {
  title?: string;
  body?: string;
  output?: { title: string; summary: string; text: string };
}

/** By the resource they were sent to: a comment on opening and one on closing, and a check that may be told twice. */
const sortTexts = (exchanges: readonly Exchange[]): Pick<WrittenTexts, "titles" | "markdown"> => {
  const titles: Record<string, string> = {};
  const markdown: Record<string, string> = {};
  for (const { path, requestBody } of exchanges) {
    const { title, body, output } = (requestBody ?? {}) as Sent;
    const resource = path.split("/")[4] ?? "";
    const name = body?.includes("relyloop-closed") ? "closing comment" : resource;
    if (title !== undefined) titles[name] = title;
    if (body !== undefined) markdown[name] = body;
    if (output === undefined) continue;
    titles.check = output.title;
    markdown["check summary"] = output.summary;
    markdown["check text"] = output.text;
  }
  return { titles, markdown };
};
