import { get, type IncomingMessage } from "node:http";
import { text as textOf } from "node:stream/consumers";

/** One event of a stream, as its reader sees it. */
export interface ReceivedEvent {
  id: string;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  data: any;
}

export interface EventSource {
  status: number;
  headers: Headers;
  /** Comments so far, without their colon and the space behind it. */
  comments: string[];
  /** Values of `retry` so far. */
  retries: string[];
  /** The next event; null: the stream has ended. */
  next(): Promise<ReceivedEvent | null>;
  take(count: number): Promise<ReceivedEvent[]>;
  /** Goes on until there are so many comments. */
  untilComments(count: number): Promise<void>;
  /** The answer's text, where it is no stream. */
  text(): Promise<string>;
  close(): void;
}

/** Reads a stream of events, as https://html.spec.whatwg.org/multipage/server-sent-events.html has it. */
export const openEventSource = async (
  url: string,
  { token, headers = {} }: { token: string; headers?: Record<string, string> },
): Promise<EventSource> => {
  const answered = Promise.withResolvers<IncomingMessage>();
  // A connection of its own: fetch opens more than it needs, and a server that closes waits for those.
  const request = get(url, {
    agent: false,
    headers: { authorization: `Bearer ${token}`, accept: "text/event-stream", ...headers },
  });
  request.once("response", answered.resolve).once("error", answered.reject);
  const answer = await answered.promise;
  const comments: string[] = [];
  const retries: string[] = [];
  const blocks = answer.statusCode === 200 ? blocksOf(answer) : null;

  /** One block: an event, or null for a comment or a retry, or undefined at the end. */
  const step = async (): Promise<ReceivedEvent | null | undefined> => {
    const { done, value } = (await blocks?.next()) ?? { done: true, value: undefined };
    if (done || value === undefined) return undefined;
    const fields = new Map<string, string>();
    for (const line of value.split("\n")) {
      const [, name = "", text = ""] = /^([^:]*): ?(.*)$/s.exec(line) ?? [];
      if (name === "") comments.push(text);
      else if (name === "retry") retries.push(text);
      else fields.set(name, text);
    }
    const data = fields.get("data");
    if (data === undefined) return null;
    return { id: fields.get("id") ?? "", event: fields.get("event") ?? "", data: JSON.parse(data) };
  };
  const next = async () => {
    for (;;) {
      const stepped = await step();
      if (stepped !== null) return stepped ?? null;
    }
  };

  return {
    status: answer.statusCode ?? 0,
    headers: new Headers(answer.headers as Record<string, string>),
    comments,
    retries,
    next,
    take: async (count) => {
      const taken: ReceivedEvent[] = [];
      while (taken.length < count) {
        const event = await next();
        if (event === null) throw new Error(`the stream ended after ${taken.length} events`);
        taken.push(event);
      }
      return taken;
    },
    untilComments: async (count) => {
      while (comments.length < count) {
        const stepped = await step();
        if (stepped === undefined) throw new Error("the stream ended");
        if (stepped !== null) throw new Error(`an event came: ${stepped.id}`);
      }
    },
    text: () => textOf(answer),
    close: () => void answer.destroy(),
  };
};

async function* blocksOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    yield* blocks;
  }
  if (rest !== "") throw new Error(`the stream ended within an event: ${rest}`);
}
