import { PART_LENGTH_MIN, type Secret } from "./secret.ts";

/** Bytes that give a secret away. */
export interface Needle {
  secret: Secret;
  /** How the secret was written, such as `base64, offset 1`. */
  form: string;
  bytes: Buffer;
}

/**
 * Every spelling of a secret, cut into pieces: a text that was shortened, or broken into lines, gives away half of one.
 * A piece is found in any 31 characters of a spelling.
 */
export const needlesOf = (secret: Secret): Needle[] => {
  const forms = new Map<string, string>();
  for (const part of secret.parts) {
    if (part.length < PART_LENGTH_MIN) throw new RangeError(`a part of ${secret.kind} is too short`);
    for (const [form, text] of spellingsOf(part)) {
      for (const piece of piecesOf(text)) if (!forms.has(piece)) forms.set(piece, form);
    }
  }
  return [...forms].map(([piece, form]) => ({ secret, form, bytes: Buffer.from(piece) }));
};

const spellingsOf = (part: string): [form: string, text: string][] => {
  const inJson = JSON.stringify(part).slice(1, -1);
  const inUrl = encodeURIComponent(part);
  const hex = Buffer.from(part).toString("hex");
  return [
    ["as it is", part],
    ["in JSON", inJson],
    ["in JSON in JSON", JSON.stringify(inJson).slice(1, -1)],
    ["percent-encoded", inUrl],
    ["percent-encoded in lower case", inUrl.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())],
    ["in hex", hex],
    ["in upper-case hex", hex.toUpperCase()],
    ...([0, 1, 2] as const).flatMap((offset) => base64sOf(part, offset)),
  ];
};

/** As it comes out with so many bytes before it, without the characters that also hold bits of its neighbours. */
const base64sOf = (part: string, offset: 0 | 1 | 2): [form: string, text: string][] => {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(part)]);
  const start = Math.ceil((offset * 8) / 6);
  const end = Math.floor((bytes.length * 8) / 6);
  return [
    [`base64, offset ${offset}`, bytes.toString("base64").slice(start, end)],
    [`base64url, offset ${offset}`, bytes.toString("base64url").slice(start, end)],
  ];
};

/** Side by side, the last one overlapping so that it is as long as the others. */
const piecesOf = (text: string): string[] => {
  const starts = Array.from(
    { length: Math.floor(text.length / PART_LENGTH_MIN) },
    (_, n) => n * PART_LENGTH_MIN,
  );
  return [...starts, text.length - PART_LENGTH_MIN].map((start) =>
    text.slice(start, start + PART_LENGTH_MIN),
  );
};
