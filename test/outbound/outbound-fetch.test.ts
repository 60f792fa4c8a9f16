import { describe, expect, it } from "vitest";
import { createOutboundFetch } from "../../src/outbound-fetch.ts";

const PROXY = new URL("http://relyloop:hunter2@proxy.acme.example:3128");

const failing = (error: unknown, proxy: URL | null = null) =>
  createOutboundFetch(() => Promise.reject(error), proxy);

/** What Octokit and the git client read of a failure. */
const causeOf = async (cause: Error, proxy: URL | null = null): Promise<Error> => {
  const error = await failing(
    new TypeError("fetch failed", { cause }),
    proxy,
  )("https://github.test/x").then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TypeError);
  return (error as TypeError).cause as Error;
};

const coded = (code: string, message = "", options?: ErrorOptions) =>
  Object.assign(new Error(message, options), { code });

describe("a request that gets no answer", () => {
  it("says what happened, and keeps what Node said of it", async () => {
    const cause = coded("ECONNRESET", "read ECONNRESET");
    expect(await causeOf(cause)).toMatchObject({ message: "read ECONNRESET", cause });
  });

  it("names the proxy there is, without its credentials, for it may be what did not answer", async () => {
    const { message } = await causeOf(coded("ENOTFOUND", "getaddrinfo ENOTFOUND proxy.acme.example"), PROXY);
    expect(message).toBe("getaddrinfo ENOTFOUND proxy.acme.example (HTTPS_PROXY is proxy.acme.example:3128)");
  });

  it("says the code where there is no message, as of a name with several addresses", async () => {
    expect((await causeOf(coded("ECONNREFUSED"))).message).toBe("ECONNREFUSED");
  });

  it("says what the proxy answered, which is the cause of a cause", async () => {
    const refused = new Error("Proxy response (502) !== 200 when HTTP Tunneling");
    const { message } = await causeOf(new Error("Request was cancelled.", { cause: refused }), PROXY);
    expect(message).toBe(
      "the proxy proxy.acme.example:3128 let nothing through to github.test: it answered 502",
    );
  });

  it.each(["SELF_SIGNED_CERT_IN_CHAIN", "DEPTH_ZERO_SELF_SIGNED_CERT", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"])(
    "names the setting for a certificate of an unknown authority: %s",
    async (code) => {
      const { message } = await causeOf(coded(code, "self-signed certificate"));
      expect(message).toContain(
        `the certificate of github.test comes from an authority that is not known here (${code})`,
      );
      expect(message).toContain("NODE_EXTRA_CA_CERTS");
    },
  );

  it("leaves to Node's words what is wrong with a certificate otherwise", async () => {
    const expired = coded("CERT_HAS_EXPIRED", "certificate has expired");
    expect((await causeOf(expired)).message).toBe("certificate has expired");
  });
});

describe("what is no failure of the way out", () => {
  it.each([
    ["an end the caller wished for", new DOMException("This operation was aborted", "AbortError")],
    ["an address that is none", new TypeError("Failed to parse URL")],
  ])("is passed on as it is: %s", async (_, error) => {
    await expect(failing(error, PROXY)("https://github.test")).rejects.toBe(error);
  });

  it("an answer, too", async () => {
    const answer = new Response("ok");
    expect(await createOutboundFetch(async () => answer, PROXY)(new Request("https://github.test"))).toBe(
      answer,
    );
  });
});
