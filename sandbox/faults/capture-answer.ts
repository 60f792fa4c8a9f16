import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { PassThrough } from "node:stream";

export interface CapturedAnswer {
  /** Stands in for the real answer. */
  response: ServerResponse;
  /** The whole answer as it would have gone over the wire, once it is complete. */
  bytes: Promise<Buffer>;
}

/** Lets a handler do all its work and answer, without a byte of it reaching the client. */
export function captureAnswer(request: IncomingMessage): CapturedAnswer {
  const response = new ServerResponse(request);
  // The connection ends after an answer that was tampered with: nobody may wait for more on it.
  response.shouldKeepAlive = false;
  const sink = new PassThrough();
  response.assignSocket(sink as unknown as Socket);
  // Between a server and a real socket this is done by node:http.
  sink.on("drain", () => response.emit("drain"));
  const bytes = (async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of sink) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  })();
  response.once("finish", () => sink.end());
  return { response, bytes };
}

/** Head and half of the body; half of the head where there is no body. */
export function firstHalf(answer: Buffer): Buffer {
  const headEnd = answer.indexOf("\r\n\r\n") + 4;
  const body = answer.length - headEnd;
  return body > 1
    ? answer.subarray(0, headEnd + Math.floor(body / 2))
    : answer.subarray(0, Math.floor(headEnd / 2));
}
