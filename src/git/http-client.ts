import type { GitHttpRequest, GitHttpResponse, HttpClient } from "isomorphic-git";
import { createGitHttp, type GitHttpOptions } from "./git-http.ts";

/** The HTTP client that isomorphic-git is given: the one way out, in the shape it asks for. */
export function createHttpClient(options: GitHttpOptions): HttpClient {
  const send = createGitHttp(options);
  return {
    async request({ url, method = "GET", headers = {}, body }: GitHttpRequest): Promise<GitHttpResponse> {
      const whole = body === undefined ? null : await joined(body);
      // isomorphic-git goes on using the object it passed.
      const answer = await send({ url, method: method === "POST" ? "POST" : "GET", headers, body: whole });
      return {
        url: answer.url,
        method,
        statusCode: 200,
        statusMessage: answer.statusText,
        headers: Object.fromEntries(answer.headers),
        body: oneChunk(answer.body),
      };
    },
  };
}

/** isomorphic-git passes an array or an async iterator. Whole, a body has a Content-Length, which some hosts insist on. */
async function joined(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* oneChunk(bytes: Uint8Array): AsyncIterableIterator<Uint8Array> {
  yield bytes;
}
