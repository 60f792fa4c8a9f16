import { generateKeyPairSync } from "node:crypto";
import { pino } from "pino";
import { expect, it } from "vitest";
import { createManifestConversion } from "../../src/github/app-manifest.ts";
import { createGithubHost } from "../../src/github/host.ts";
import { createRedactor } from "../../src/redact.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const CODE = "a180b1a3d263c81bc6441d7b990bae27d4c10679";
const { privateKey: pem } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});
const APP = {
  id: 1,
  slug: "relyloop",
  name: "RelyLoop",
  html_url: "https://github.com/apps/relyloop",
  pem,
  webhook_secret: "e340154128314309424b7c8e90325147d99fdafa",
  client_id: "Iv1.8a61f9b3a7aba766",
  client_secret: "1726be1638095a19edd134c77bde3aa2ece1e5d8",
};

/** @param answers what GitHub answers, one after the other; null: nothing */
const createConversion = (...answers: ({ status: number; body: object } | null)[]) => {
  const requests: Request[] = [];
  const logged: string[] = [];
  const convert = createManifestConversion({
    host: createGithubHost({ webUrl: "https://github.com", apiUrl: "https://api.github.com" }),
    clock: createFakeClock(),
    random: () => 0,
    log: pino({ level: "trace" }, { write: (line: string) => void logged.push(line) }),
    redact: createRedactor([]),
    fetch: async (input, init) => {
      requests.push(new Request(input, init));
      const answer = answers[requests.length - 1];
      if (!answer) throw new TypeError("fetch failed");
      return Response.json(answer.body, { status: answer.status });
    },
  });
  return { convert: () => convert(CODE, new AbortController().signal), requests, logged };
};

it("takes from the answer what the service needs, and nothing else", async () => {
  const { convert, requests } = createConversion({ status: 201, body: APP });
  const { client_id: _, client_secret: __, slug: ___, ...app } = APP;
  expect(await convert()).toEqual({ kind: "converted", app });
  expect(requests[0]?.method).toBe("POST");
  expect(requests[0]?.url).toBe(`https://api.github.com/app-manifests/${CODE}/conversions`);
  expect(requests[0]?.headers.get("authorization")).toBeNull();
});

it("copes with an app that GitHub made no webhook secret for", async () => {
  const { convert } = createConversion({ status: 201, body: { ...APP, webhook_secret: null } });
  expect(await convert()).toMatchObject({ app: { webhook_secret: null } });
});

it.each([404, 422])("tells a code that GitHub refuses with %i", async (status) => {
  const { convert, requests } = createConversion({ status, body: { message: "Not Found" } });
  expect(await convert()).toMatchObject({ kind: "refused", message: expect.stringContaining("Not Found") });
  expect(requests).toHaveLength(1);
});

it.each([
  ["no answer", null],
  ["a 502", { status: 502, body: { message: "Bad Gateway" } }],
])("does not send a code again after %s: it may have been used", async (_title, answer) => {
  const { convert, requests } = createConversion(answer, { status: 201, body: APP });
  await expect(convert()).rejects.toThrow("not known whether GitHub did it");
  expect(requests).toHaveLength(1);
});

it.each([
  [
    "a key that is none",
    { ...APP, pem: "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----" },
  ],
  ["a page that is no address", { ...APP, html_url: "javascript:alert(1)" }],
  ["a secret of several lines", { ...APP, webhook_secret: "12345678\nAPP_ID=2" }],
  ["no number", { ...APP, id: "1\n" }],
])("refuses an answer with %s, without repeating it", async (_title, body) => {
  const { convert, logged } = createConversion({ status: 201, body });
  const message = await convert().then(
    () => "",
    (error: Error) => error.message,
  );
  expect(message).toContain("could not be read");
  for (const secret of [APP.webhook_secret, APP.client_secret, "BEGIN", CODE]) {
    expect(`${message}${logged.join("")}`).not.toContain(secret);
  }
});
