import crypto from "node:crypto";
import { once } from "node:events";
import { syncBuiltinESMExports } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { AppError } from "../../src/errors.ts";
import { createAuthenticate } from "../../src/http/authenticate.ts";
import { type ApiDescription, readDescription } from "../../torture/hostile/api-description.ts";
import { attackApi } from "../../torture/hostile/attack-api.ts";
import { attackFraming } from "../../torture/hostile/attack-framing.ts";
import { judgePattern } from "../../torture/hostile/attack-patterns.ts";
import { judgeLog } from "../../torture/hostile/attack-texts.ts";
import { guessTokens } from "../../torture/hostile/guess-tokens.ts";
import { hostilePart } from "../../torture/hostile/hostile-part.ts";
import { judgeTexts } from "../../torture/hostile/judge-texts.ts";
import { literalsIn } from "../../torture/hostile/regex-literals.ts";
import type { WrittenTexts } from "../../torture/hostile/written-texts.ts";
import { createRandom } from "../../torture/random.ts";
import { createTarget, proposalBody } from "../http/http-fixtures.ts";
import { TOKENS, useHttpServer } from "../http/http-harness.ts";
import type { Api } from "../support/api.ts";
import { runShort, seed } from "./trial.ts";

const SHORT_FORM_TIMEOUT_MS = 120_000;

it("hostile input is refused or harmless", { timeout: SHORT_FORM_TIMEOUT_MS }, async () => {
  const { figures } = await runShort(hostilePart);

  for (const [words, figure] of Object.entries(figures)) expect(figure, words).toBeGreaterThan(0);
});

describe("hostile requests are noticed to", () => {
  const http = useHttpServer();

  /** Attacks one operation of a server in which something is wrong. */
  const attack = async (operationId: string, changes: Parameters<typeof http.serve>[0]): Promise<string> => {
    const app = await http.serve(changes);
    const webUrl = await app.listen({ host: "127.0.0.1", port: 0 });
    const described = await readDescription(webUrl);
    const api: ApiDescription = {
      ...described,
      operations: described.operations.filter(({ id }) => id === operationId),
    };
    const service = { db: http.db, sandbox: { hooks: { idle: async () => undefined } }, running: { webUrl } };
    const payload = proposalBody(await createTarget(http));
    const known = { proposals: [(await http.call("POST", "proposals", { payload })).body.id] };
    const trial = {
      size: "full" as const,
      random: createRandom(seed),
      signal: new AbortController().signal,
      note: () => undefined,
    };
    return (await attackApi({ service, api, known, tokens: [TOKENS.all] }, trial)).violations.join("\n");
  };

  it("bring about a fault", async () => {
    const openPr = async () => {
      throw new TypeError("undefined is not a function");
    };

    expect(await attack("openPr", { openPr })).toContain("a fault of the service's own");
  });

  it("be answered with a code the route does not have", async () => {
    const openPr = async () => {
      throw new AppError("TEMPLATE_EXISTS", "There is one.");
    };

    expect(await attack("openPr", { openPr })).toContain(
      "409 TEMPLATE_EXISTS is not among the codes of openPr",
    );
  });

  it("be answered with a body the description does not have", async () => {
    const metrics = { render: async () => "{}", contentType: "application/json" };

    expect(await attack("getMetrics", { metrics })).toContain(
      "getMetrics describes no 200 of type application/json",
    );
  });

  it("change a row, though they are refused", async () => {
    const preview = async ({ proposalId }: { proposalId: string }) => {
      const change = { rejected_reason: crypto.randomUUID() };
      await http.db.updateTable("proposals").set(change).where("id", "=", proposalId).execute();
      throw new AppError("NO_CHANGES", "Every value is there already.");
    };

    expect(await attack("previewPr", { preview })).toContain(
      "changed public.proposals, though nothing was accepted\n    requests: [",
    );
  });
});

describe("a text is noticed that", () => {
  const plain: WrittenTexts = {
    titles: { pulls: "RelyLoop: study" },
    markdown: { pulls: "### Metrics\n\nThe `code`.\n\nSome words.\n\n| A |\n| --- |\n| `b` |\n" },
    commits: [{ message: "relevance: tune\n\nRelyLoop-Proposal: a\n", trailers: "RelyLoop-Proposal: a" }],
  };
  const judge = (changes: Partial<WrittenTexts>) => judgeTexts({ ...plain, ...changes }, plain);
  const withWords = (words: string) =>
    judge({ markdown: { pulls: plain.markdown.pulls?.replace("words", words) ?? "" } });

  it("is the same in other words: not", () => {
    expect(judge({})).toEqual([]);
    expect(withWords("texts, \\*escaped\\*, of\n\nseveral paragraphs with <code>&#96;</code>")).not.toEqual(
      [],
    );
    expect(withWords("texts, \\*escaped\\*, of\n\nseveral paragraphs")).toEqual([]);
  });

  it.each([
    ["links", "[a](http://e.x)"],
    ["links by itself", "see http://e.x"],
    ["shows a picture", "![a](/b.png)"],
    ["holds an element", "<b>bold</b>"],
    ["holds a mark", "<!-- relyloop-drift -->"],
    ["formats", "*a*"],
    ["has a heading of its own", "\n\n# a\n\n"],
    ["has a list of its own", "\n\n- a\n\n"],
    ["opens a block of code", "\n\n```\n"],
    ["mentions somebody", "thanks @octocat"],
    ["refers to an issue", "see #12"],
    ["hides something", "a\u202eb"],
    ["does something to a terminal", "a\u001b[31m"],
  ])("%s", (_what, words) => {
    expect(withWords(words)).not.toEqual([]);
  });

  it.each([
    [
      "another cell",
      {
        markdown: { pulls: "### Metrics\n\nThe `code`.\n\nSome words.\n\n| A |\n| --- |\n| `b` |\n| c |\n" },
      },
    ],
    ["a title of two lines", { titles: { pulls: "RelyLoop: a\nb" } }],
    ["no text at all", { markdown: {} }],
    [
      "a forged trailer",
      {
        commits: [
          {
            message: "relevance: tune\n\nRelyLoop-Proposal: b\nRelyLoop-Proposal: a\n",
            trailers: "RelyLoop-Proposal: b\nRelyLoop-Proposal: a",
          },
        ],
      },
    ],
  ] satisfies [string, Partial<WrittenTexts>][])("has %s", (_what, changes) => {
    expect(judge(changes)).not.toEqual([]);
  });
});

describe("a regular expression", () => {
  it.each([/(a+)+$/, /a+$/, /<!--.*-->/s])("such as %s is found to be slow", (pattern) => {
    expect(judgePattern({ place: "here", pattern })).toHaveLength(1);
  });

  it.each([/^[a-z]+$/, /^\d{1,3}$/, /[^\s]+/g, /^(?:a|b)+c/])(
    "such as %s is found to be quick",
    (pattern) => {
      expect(judgePattern({ place: "here", pattern })).toEqual([]);
    },
  );

  it("is told from divisions, comments, texts and templates", () => {
    const code = [
      "const a = b / c / d; // not /this/",
      "const e = \"/nor/\" + '/this/'; /* nor /this/ */",
      `const f = \`/nor/ \${g.replace(/[/]x/gu, \`\${h / i / j}\`)} /this/\`;`,
      "return /but\\/this/.test(k) && (l) / m / n;",
    ].join("\n");

    expect(literalsIn(code)).toEqual([
      { line: 3, pattern: /[/]x/gu },
      { line: 4, pattern: /but\/this/ },
    ]);
  });
});

describe("it is noticed that", () => {
  it("a log line holds a character a terminal obeys", () => {
    const judge = (msg: string) => judgeLog({ running: { log: () => [{ msg }] } });

    expect(judge("a \u001b[31m line, escaped as JSON has it")).toEqual([]);
    expect(judge("a \u009b31m line, raw")).toEqual([expect.stringContaining("raw control character")]);
  });

  it("nobody limits guesses", async () => {
    const request = async () => ({ status: 401, headers: new Headers(), body: {} });
    const api = { request } as unknown as Api;

    expect(await guessTokens({ api, token: "x".repeat(48) })).toEqual([
      "more than 120 guesses of a token were listened to",
    ]);
  });

  it("a server takes every request for what it says", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.resume().end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    try {
      const { port } = server.address() as AddressInfo;
      const { lies, violations } = await attackFraming(port, "x");

      expect(violations).toHaveLength(lies);
    } finally {
      server.close();
    }
  });
});

describe("a guess of a token", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });

  it("takes the same comparisons, in constant time, whatever it is", () => {
    const compare = vi.spyOn(crypto, "timingSafeEqual");
    syncBuiltinESMExports();
    const authenticate = createAuthenticate(
      ["first", "second", "third"].map((name) => ({
        name,
        scopes: ["read"],
        secret: `${name}-${"x".repeat(32)}`,
      })),
    );
    const comparisons = (secret: string) => {
      compare.mockClear();
      authenticate(`Bearer ${secret}`);
      return compare.mock.calls.length;
    };

    expect(comparisons(`first-${"x".repeat(32)}`)).toBe(3);
    expect(comparisons(`third-${"x".repeat(31)}`)).toBe(3);
    expect(comparisons("z")).toBe(3);
  });
});
