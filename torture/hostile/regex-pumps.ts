/** A text to grow: `prefix`, the pump again and again, `suffix`. */
export interface Pump {
  prefix: string;
  pump: string;
}

type Node =
  /** One character, as the pattern spells it: `a`, `\d`, `[^x]`. */
  | { kind: "atom"; text: string }
  | { kind: "sequence"; parts: Node[] }
  | { kind: "choice"; options: Node[] }
  | { kind: "repeat"; body: Node; max: number }
  /** Looks ahead or behind: takes nothing, and may repeat inside. */
  | { kind: "look"; body: Node };

/** A group that repeats less often than this can't take long. */
const REPEATS_MIN = 10;
const SAMPLES_MAX = 3;
/** Some character of these is in every class that is used, and most are in several. */
const CANDIDATES = [
  ..."a1-.@/_ A#:\n\t<>=+\"'`|&$\\{}[]()!x0fgGtTuZ,;%~^*?",
  "\u00e9",
  "\u200b",
  "\u202e",
  "\0",
];

/** Texts on which a pattern would be slow if it were: each repeated part, grown by each thing it may be made of. */
export const pumpsOf = (pattern: RegExp): Pump[] => {
  const samplesOfAtom = createAtomSamples(pattern.flags);
  const samplesOf = (node: Node): string[] => {
    switch (node.kind) {
      case "atom":
        return samplesOfAtom(node.text);
      case "sequence":
        return node.parts
          .map(samplesOf)
          .reduce(
            (texts, next) =>
              Array.from(
                { length: Math.max(texts.length, next.length) },
                (_, index) => pick(texts, index) + pick(next, index),
              ),
            [""],
          );
      case "choice":
        return node.options.flatMap((option) => samplesOf(option).slice(0, 1)).slice(0, SAMPLES_MAX);
      case "repeat":
        return samplesOf(node.body);
      case "look":
        return [""];
      default:
        throw new TypeError(`unknown node ${node satisfies never}`);
    }
  };
  const pumpsIn = (node: Node, prefix: string): Pump[] => {
    switch (node.kind) {
      case "atom":
        return [];
      case "sequence": {
        let before = prefix;
        return node.parts.flatMap((part) => {
          const found = pumpsIn(part, before);
          before += pick(samplesOf(part), 0);
          return found;
        });
      }
      case "choice":
        return node.options.flatMap((option) => pumpsIn(option, prefix));
      case "look":
        return pumpsIn(node.body, prefix);
      case "repeat": {
        const inside = pumpsIn(node.body, prefix);
        if (node.max < REPEATS_MIN) return inside;
        const samples = samplesOf(node.body).filter((sample) => sample !== "");
        // From the start and, as a search tries every place, over and over.
        return [
          ...inside,
          ...samples.flatMap((pump) => [
            { prefix, pump },
            { prefix: "", pump: prefix + pump },
          ]),
        ];
      }
      default:
        throw new TypeError(`unknown node ${node satisfies never}`);
    }
  };
  const found = pumpsIn(parse(pattern.source), "");
  return [...new Map(found.map((pump) => [JSON.stringify(pump), pump])).values()];
};

const pick = (texts: readonly string[], index: number): string =>
  texts[index % Math.max(texts.length, 1)] ?? "";

/** The engine itself says what is in a class. */
const createAtomSamples = (flags: string) => (text: string) => {
  const alone = new RegExp(`^(?:${text})$`, flags.replace(/[gy]/g, ""));
  const found = CANDIDATES.filter((candidate) => alone.test(candidate));
  return found.length > 0 ? found.slice(0, SAMPLES_MAX) : [];
};

const ATOM = /\\(?:[pPu]\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|k<\w+>|.)|\[(?:\\.|[^\]\\])*\]|./suy;
const GROUP = /\((?:\?(?:(?<look><?[=!])|:|<\w+>))?/y;
const QUANTIFIER = /(?:[*+?]|\{(?<min>\d+)(?<comma>,?)(?<max>\d*)\})\??/y;
/** Says where, and takes nothing. */
const NOWHERE = /\\[bB]|[\^$]/y;

const parse = (source: string): Node => {
  let at = 0;
  const take = (token: RegExp): RegExpExecArray | null => {
    token.lastIndex = at;
    const found = token.exec(source);
    if (found !== null) at = token.lastIndex;
    return found;
  };
  const choice = (): Node => {
    const options = [sequence()];
    while (source[at] === "|") {
      at += 1;
      options.push(sequence());
    }
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: "choice", options };
  };
  const sequence = (): Node => {
    const parts: Node[] = [];
    while (at < source.length && source[at] !== "|" && source[at] !== ")") {
      if (take(NOWHERE) === null) parts.push(quantified(one()));
    }
    return { kind: "sequence", parts };
  };
  const one = (): Node => {
    const group = take(GROUP);
    if (group === null) return { kind: "atom", text: take(ATOM)?.[0] ?? "" };
    const body = choice();
    at += 1;
    return group.groups?.look === undefined ? body : { kind: "look", body };
  };
  const quantified = (body: Node): Node => {
    const found = take(QUANTIFIER);
    if (found === null) return body;
    const { min, comma, max } = found.groups ?? {};
    if (min === undefined)
      return { kind: "repeat", body, max: found[0].startsWith("?") ? 1 : Number.POSITIVE_INFINITY };
    const most = comma === "" ? min : max || Number.POSITIVE_INFINITY;
    return { kind: "repeat", body, max: Number(most) };
  };
  return choice();
};
