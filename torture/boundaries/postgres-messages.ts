/**
 * PostgreSQL's messages as they travel: a type, a length that counts itself, and the rest. Only a client's first message
 * has no type. https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export interface PostgresMessage {
  /** One character; empty for a client's first message. */
  type: string;
  /** The whole message as it came. */
  bytes: Buffer;
  /** What follows the length. */
  content: Buffer;
}

const LENGTH_BYTES = 4;

/** Cuts a stream into messages. @returns a function that takes what arrives and gives what is complete */
export const createMessageReader = (options: {
  startsWithoutType: boolean;
}): ((chunk: Buffer) => PostgresMessage[]) => {
  let typeBytes = options.startsWithoutType ? 0 : 1;
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const messages: PostgresMessage[] = [];
    while (rest.length >= typeBytes + LENGTH_BYTES) {
      const end = typeBytes + rest.readInt32BE(typeBytes);
      if (rest.length < end) break;
      const type = typeBytes === 0 ? "" : String.fromCharCode(rest[0] ?? 0);
      const bytes = rest.subarray(0, end);
      messages.push({ type, bytes, content: bytes.subarray(typeBytes + LENGTH_BYTES) });
      rest = rest.subarray(end);
      typeBytes = 1;
    }
    return messages;
  };
};

/** The strings a message begins with, each ended by a zero byte. */
export const stringsOf = ({ content }: PostgresMessage, count: number): string[] => {
  const strings: string[] = [];
  let start = 0;
  while (strings.length < count) {
    const end = content.indexOf(0, start);
    if (end < 0) throw new RangeError("a string of a message has no end");
    strings.push(content.toString("utf8", start, end));
    start = end + 1;
  }
  return strings;
};
