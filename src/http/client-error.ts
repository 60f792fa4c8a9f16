import type { Socket } from "node:net";
import { AppError } from "../errors.ts";
import { errorEnvelope, type Redact } from "./error-envelope.ts";
import { requestIdOf } from "./request-id.ts";

/**
 * Answers what is not HTTP, or took too long to become a request: there is no request to reply to yet, so the
 * answer is written to the socket, in the same form as every other refusal.
 */
export const createClientErrorHandler =
  (redact: Redact) =>
  (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const envelope = errorEnvelope(new AppError("BAD_REQUEST", messageOf(error.code)), redact);
    const body = JSON.stringify(envelope);
    socket.write(
      [
        "HTTP/1.1 400 Bad Request",
        "Content-Type: application/json; charset=utf-8",
        `Content-Length: ${Buffer.byteLength(body)}`,
        `X-Request-ID: ${requestIdOf(undefined, redact)}`,
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
        "Connection: close",
        "",
        body,
      ].join("\r\n"),
    );
    // Not end(): a peer that never reads must not keep the socket.
    socket.destroySoon();
  };

const messageOf = (code: string | undefined): string => {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return "The URL and the headers are too long.";
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return "The request did not arrive in time.";
    default:
      return "This is not an HTTP request that can be read.";
  }
};
