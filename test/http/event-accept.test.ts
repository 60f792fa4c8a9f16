import { describe, expect, it } from "vitest";
import { wantsEventStream } from "../../src/http/event-accept.ts";

describe("an Accept header", () => {
  it.each([
    "text/event-stream",
    "Text/Event-Stream",
    "text/event-stream;q=0.1",
    "text/event-stream, */*",
    "text/event-stream, */*;q=0.5",
    "application/json;q=0.5, text/event-stream",
    "application/json;q=0, text/event-stream;q=0.001",
    "text/html , text/event-stream ; charset=utf-8 ; q=0.9",
    "text/event-stream;q=nonsense",
  ])("of %j asks for a stream", (accept) => {
    expect(wantsEventStream(accept)).toBe(true);
  });

  it.each([
    undefined,
    "",
    "*/*",
    "text/*",
    "application/json",
    "text/html",
    "text/event-stream;q=0",
    "text/event-stream;q=0.000, */*",
    "application/json, text/event-stream",
    "text/event-stream, application/json",
    "text/event-stream;q=0.4, application/json;q=0.5",
    "text/event-stream;q=0.4, */*",
    "application/*, text/event-stream;q=0.9",
    "text/event-streams",
  ])("of %j gets JSON", (accept) => {
    expect(wantsEventStream(accept)).toBe(false);
  });
});
