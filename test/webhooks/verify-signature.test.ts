import { describe, expect, it } from "vitest";
import { createVerifySignature } from "../../src/webhooks/verify-signature.ts";
import { sign } from "./webhook-harness.ts";

/** https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation */
const SECRET = "It's a Secret to Everybody";
const BODY = "Hello, World!";
const SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

describe("a signature", () => {
  it("of GitHub's own example is good", async () => {
    expect(await createVerifySignature([SECRET])(BODY, SIGNATURE)).toBe(true);
  });

  it("is good with the present secret and with the one before", async () => {
    const verify = createVerifySignature(["the new one", SECRET]);
    expect(await verify(BODY, SIGNATURE)).toBe(true);
    expect(await verify(BODY, sign(BODY, "the new one"))).toBe(true);
    expect(await verify(BODY, sign(BODY, "the one before that"))).toBe(false);
  });

  it("of text beyond ASCII is good", async () => {
    const body = '{"text": "žluťoučký 🐴"}';
    expect(await createVerifySignature([SECRET])(body, sign(body, SECRET))).toBe(true);
  });

  it.each([
    ["another body", "Hello, World", SIGNATURE],
    ["another hash", BODY, `${SIGNATURE.slice(0, -1)}8`],
    ["no prefix", BODY, SIGNATURE.slice(7)],
    ["another length", BODY, "sha256=7571"],
    ["nothing", BODY, ""],
    ["no body", "", SIGNATURE],
  ])("is refused with %s", async (_what, body, signature) => {
    expect(await createVerifySignature([SECRET])(body, signature)).toBe(false);
  });

  it("is refused where there is no secret", async () => {
    expect(await createVerifySignature([])(BODY, SIGNATURE)).toBe(false);
    expect(() => createVerifySignature([""])).toThrow(TypeError);
  });
});
