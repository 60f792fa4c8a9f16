import { describe, expect, it } from "vitest";
import { isLastingFailure } from "../../src/github/lasting-failure.ts";

const coded = (code: string) => Object.assign(new Error("x"), { code });
/** As Octokit throws what fetch threw, which the outbound fetch has put into words. */
const wrapped = (cause: Error) =>
  new Error("x", {
    cause: new TypeError("fetch failed", { cause: new Error("in our words", { cause }) }),
  });

describe("a failure that lasts until somebody changes a setting", () => {
  it.each([
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "CERT_HAS_EXPIRED",
    "CERT_NOT_YET_VALID",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "INVALID_CA",
  ])("is a certificate that is not trusted: %s", (code) => {
    expect(isLastingFailure(wrapped(coded(code)))).toBe(true);
  });

  it.each([407, 403])("is a proxy that opens no tunnel: %i", (status) => {
    const refused = new Error(`Proxy response (${status}) !== 200 when HTTP Tunneling`);
    expect(isLastingFailure(wrapped(new Error("Request was cancelled.", { cause: refused })))).toBe(true);
  });
});

describe("what may pass", () => {
  it.each([
    "ECONNREFUSED",
    "ECONNRESET",
    "ENOTFOUND",
    "ETIMEDOUT",
    "UND_ERR_SOCKET",
    "ERR_SSL_WRONG_VERSION_NUMBER",
  ])("is %s", (code) => expect(isLastingFailure(wrapped(coded(code)))).toBe(false));

  it("is a proxy that has no answer of its own", () => {
    expect(isLastingFailure(wrapped(new Error("Proxy response (502) !== 200 when HTTP Tunneling")))).toBe(
      false,
    );
  });

  it("is whatever no error tells of", () => {
    expect(isLastingFailure("CERT_HAS_EXPIRED")).toBe(false);
    expect(isLastingFailure(undefined)).toBe(false);
  });
});
