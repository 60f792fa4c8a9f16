import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRedactor } from "../src/redact.ts";

const redact = createRedactor([]);
const part = (length: number) => "aB3_".repeat(Math.ceil(length / 4)).slice(0, length);
const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjMifQ.${part(40)}-_x`;
const pem = `-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1+/\nabc==\n-----END RSA PRIVATE KEY-----`;

describe("a redactor without configured secrets", () => {
  it.each([
    ["a classic personal token", `ghp_${part(36)}`],
    ["an OAuth token", `gho_${part(36)}`],
    ["a user token", `ghu_${part(36)}`],
    ["a classic installation token", `ghs_${part(36)}`],
    ["a refresh token", `ghr_${part(76)}`],
    ["a fine-grained token", `github_pat_${part(22)}_${part(59)}`],
    ["a long installation token with dots and dashes", `ghs_123456_${jwt}-${part(400)}.${part(20)}`],
    [
      "git's user and password by themselves",
      Buffer.from(`x-access-token:ghs_${part(36)}`).toString("base64"),
    ],
    ["an installation token of an old host", `v1.${"0a1b".repeat(10)}`],
    ["a JWT", jwt],
    ["a PEM block", pem],
    ["a PEM block with escaped line breaks", pem.replaceAll("\n", "\\n")],
    ["a PEM block with twice escaped line breaks", pem.replaceAll("\n", "\\\\n")],
    ["a PEM block whose end is cut off", pem.slice(0, 50)],
  ])("takes out %s and leaves the text around it", (_, secret) => {
    expect(redact(`before "${secret}" after`)).toBe('before "[redacted]" after');
  });

  it.each([
    ["postgres://app:s3cret@db:5432/x", "postgres://[redacted]@db:5432/x"],
    ["https://x-access-token:abc@github.com/o/r.git", "https://[redacted]@github.com/o/r.git"],
    ["postgres://app:p@ss@db/x", "postgres://[redacted]@db/x"],
    ["Authorization: Bearer abc.def", "Authorization: Bearer [redacted]"],
    ["authorization: token abc", "authorization: token [redacted]"],
    ["proxy-authorization: Basic YTpi", "proxy-authorization: Basic [redacted]"],
    ['{"authorization":"Basic YTpi","a":1}', '{"authorization":"Basic [redacted]","a":1}'],
    ['{"authorization":"opaque"}', '{"authorization":"[redacted]"}'],
    ['{"authorization":["bearer abc"]}', '{"authorization":["bearer [redacted]"]}'],
    [
      String.raw`{"m":"{\"authorization\":\"Bearer abc\"}"}`,
      String.raw`{"m":"{\"authorization\":\"Bearer [redacted]\"}"}`,
    ],
    ['{ "authorization" : "Bearer  abc" }', '{ "authorization" : "Bearer  [redacted]" }'],
    [`sent Bearer ${"x".repeat(32)} there`, "sent Bearer [redacted] there"],
    [`sent token \t ${"x".repeat(20)} there`, "sent token \t [redacted] there"],
    [`{"m":"a \\u000${jwt}"}`, '{"m":"a \\u000e[redacted]"}'],
  ])("takes the credentials out of %s", (text, expected) => {
    expect(redact(text)).toBe(expected);
    expect(redact(expected)).toBe(expected);
  });

  it("takes out one PEM block behind the other, glued together or cut off", () => {
    expect(redact("-----BEGIN A-----ab-----BEGIN B-----cd-----END B----- x")).toBe("[redacted][redacted] x");
    expect(redact("-----BEGIN A-----ab-----END A-----BEGIN B-----cd-----END B----- x")).toBe(
      "[redacted][redacted] x",
    );
  });

  it.each([
    "A token is minted for each job; basic authentication is refused.",
    "https://github.com/acme/search-config/pull/7?x=a@b",
    "git@github.com:acme/search-config.git",
    '{"authorization":null,"n":1,"b":true}',
    "ghs_short, gho_ and eyJ alone, eyJ.one, www.example.eyJ and two.three",
    `a token ${"x".repeat(19)} that is too short`,
    "relyloop/study-0190f3c2-7f3e-7cc0-98a1-0b1e5f7a9c11",
    "-----BEGIN without an end",
  ])("leaves %s alone", (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe("a redactor with configured secrets", () => {
  const secret = 'p"ss\\w/rd ü+=';

  it.each([
    ["as it is", secret],
    ["escaped in JSON", JSON.stringify(secret).slice(1, -1)],
    ["escaped in JSON within JSON", JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
    ["in a URL", encodeURIComponent(secret)],
    ["in a URL in small letters", encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase())],
  ])("takes a secret out %s", (_, spelling) => {
    expect(createRedactor([secret])(`<${spelling}>`)).toBe("<[redacted]>");
  });

  it("takes a secret out of base64, whatever stands before and after it", () => {
    const filter = createRedactor([secret]);
    for (const before of ["", "a", "ab", "abc", "x-access-token:"]) {
      for (const encoding of ["base64", "base64url"] as const) {
        const encoded = Buffer.from(`${before}${secret}tail`).toString(encoding);
        expect(filter(`=${encoded}=`)).toContain("[redacted]");
        expect(Buffer.from(filter(encoded).replace("[redacted]", "A"), encoding).toString()).not.toContain(
          "w/rd",
        );
      }
    }
  });

  it("takes the longer of two secrets out as a whole", () => {
    expect(createRedactor(["abcdefgh", "abcdefgh-and-more"])("abcdefgh-and-more")).toBe("[redacted]");
  });

  it("leaves out values that are too short to be secrets", () => {
    expect(createRedactor(["", "the"])("the end")).toBe("the end");
    expect(createRedactor(["abcdefg"])("abcdefg")).toBe("abcdefg");
    expect(createRedactor(["abcdefgh"])("abcdefgh")).toBe("[redacted]");
  });

  it("knows one that ends in backslashes without them too, unless too little of it is left", () => {
    expect(createRedactor(["abcdef\\\\"])("<abcdef>")).toBe("<[redacted]>");
    expect(createRedactor(["abcde\\\\\\"])("<abcde>")).toBe("<abcde>");
  });

  it("knows both alphabets of base64, whatever stands before", () => {
    const secret = "~~~???>>>~~~???";
    for (const before of ["", "a", "ab"]) {
      for (const encoding of ["base64", "base64url"] as const) {
        const clean = createRedactor([secret])(Buffer.from(`${before}${secret}tail`).toString(encoding));
        expect(clean).toMatch(/^\w{0,3}\[redacted\]\w{1,8}=*$/);
      }
    }
  });

  it("leaves a number where it takes digits out, and only there", () => {
    expect(createRedactor(["12345678"])('{"n":12345678}')).toBe('{"n":1}');
    expect(createRedactor(["12345678x"])("<12345678x>")).toBe("<[redacted]>");
  });

  it.each([
    ["the half of an escape", "n2345678", "a\\n2345678 b", "a[redacted] b"],
    ["no escape, but the letter of one", "n2345678", "a\\\\n2345678 b", "a\\\\[redacted] b"],
    ["the digits of an escape", "1f2345678", "a\\u001f2345678 b", "a[redacted] b"],
    ["the rest of a word with a u in it", "p12345678", "cup12345678", "cu[redacted]"],
    ["near another escape", "12345678", "a\\n0x12345678", "a\\n0x1"],
    ["there twice", "n2345678", "n2345678n2345678", "[redacted][redacted]"],
  ])("takes a secret out as a whole that is %s", (_, secret, text, expected) => {
    expect(createRedactor([secret])(text)).toBe(expected);
  });
});

describe("a redacted line", () => {
  const logLine = fc.array(
    fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(pem, jwt, "://a:b@c", `ghs_${part(40)}`)),
  );

  const aSecret = fc.string({ minLength: 8, maxLength: 40 }).filter((text) => !text.endsWith("\\\\\\"));

  it("stays JSON and keeps no secret, whatever the line and the secret", () => {
    fc.assert(
      fc.property(logLine, aSecret, fc.nat(), (words, secret, time) => {
        const line = JSON.stringify({
          time,
          msg: words.join("") + secret + words.join(" "),
          words,
          ok: null,
        });
        const clean = createRedactor([secret])(line);
        const read = JSON.parse(clean);
        expect(Object.keys(read)).toEqual(["time", "msg", "words", "ok"]);
        // Digits alone may be left over of a number around them; anything else must be gone.
        expect(read.msg.replaceAll("[redacted]", "")).not.toContain(secret);
      }),
      { numRuns: 500 },
    );
  });

  it("stays JSON when a secret looks like the second half of an escape", () => {
    for (const secret of ["n2345678", "u000bcdef", "0bcdefghi", "bcdefghij", "1234567890"]) {
      const line = JSON.stringify({ number: 12345678901, text: "\n2345678 \u000bcdefghij \u000eyJa.b.c" });
      expect(() => JSON.parse(createRedactor([secret])(line))).not.toThrow();
    }
  });

  it("is not too long for a redactor, whatever it holds", () => {
    const block = `-----BEGIN A-----${"AAAA\\n".repeat(3_000_000)}`;
    expect(redact(`"${block}"`)).toBe('"[redacted]"');
  });

  it("takes time in proportion to its length", () => {
    const filter = createRedactor(["aaaaaaaab", "\\\\\\\\\\\\\\\\x"]);
    const pieces = [
      "eyJ",
      "eyJ.",
      "ghs_",
      "-----BEGIN A-----",
      "-----BEGIN ",
      "-----BEGIN A-----A\\n",
      "://",
      "://a:",
      "authorization:",
      "bearer ",
      "\\",
      "a",
      "authorization\\\\\\",
      "@",
      " ",
      "-",
    ];
    for (const piece of pieces) {
      const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
      // A quadratic filter would need hours for a megabyte, and run into the time-out.
      expect(filter(text).length).toBeGreaterThan(0);
    }
  }, 20_000);
});
