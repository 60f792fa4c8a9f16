import type { FastifyReply, FastifyRequest } from "fastify";
import type { GitRepository } from "../git/git-repository.ts";
import { UnknownNameError } from "../world/find.ts";

/** Images that may show on a page. SVG can hold scripts, so it comes as text like everything else. */
const IMAGES: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
};

/**
 * A file as it is at `/<owner>/<repo>/blob/<commit or branch>/<path>`, where `?raw=true` asks for its bytes. Without it
 * GitHub shows a page around the file; here the bytes have to do.
 * @throws UnknownNameError
 */
export async function blobAnswer(
  git: GitRepository,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const rest = (request.params as Record<string, string>)["*"] ?? "";
  const { commit, path } = await splitAtRef(git, rest);
  const [entry] = await git.tree(commit, path);
  if (entry?.type !== "blob") throw new UnknownNameError(`file ${path}`);
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  reply.header("content-security-policy", "default-src 'none'; sandbox");
  return reply.type(IMAGES[extension] ?? "text/plain; charset=utf-8").send(await git.blob(entry.oid));
}

/** A branch's name may hold slashes: the longest start that is one, or a commit's id, wins. */
async function splitAtRef(git: GitRepository, rest: string): Promise<{ commit: string; path: string }> {
  const segments = rest.split("/");
  for (let count = segments.length - 1; count > 0; count -= 1) {
    const commit = await git.resolveCommit(segments.slice(0, count).join("/"));
    if (commit !== null) return { commit, path: segments.slice(count).join("/") };
  }
  throw new UnknownNameError(`file ${rest}`);
}
