import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/config.ts";
import { readOutboundSettings } from "../../src/outbound.ts";

const PROXY = "http://proxy.acme.example:3128";
const LOOPBACK = "127.0.0.1,localhost,[::1]";

describe("the way out", () => {
  it("is direct when nothing is set, or only blanks are", () => {
    const direct = { proxy: null, direct: LOOPBACK, authoritiesFile: null };
    expect(readOutboundSettings({})).toEqual(direct);
    expect(readOutboundSettings({ HTTPS_PROXY: " ", NO_PROXY: "", NODE_EXTRA_CA_CERTS: " " })).toEqual(
      direct,
    );
  });

  it("is the proxy's, but never to the loopback address", () => {
    const settings = readOutboundSettings({
      HTTPS_PROXY: PROXY,
      NO_PROXY: " a.example, .b.example c.example:8443 ",
    });
    expect(settings.proxy?.host).toBe("proxy.acme.example:3128");
    expect(settings.direct).toBe(`a.example,.b.example,c.example:8443,${LOOPBACK}`);
  });

  it("is named in lower case first, as curl and Node have it, and by a blank of that not at all", () => {
    const upper = { HTTPS_PROXY: PROXY, NO_PROXY: "upper.example" };
    const lower = { https_proxy: "https://other.example", no_proxy: "lower.example" };
    expect(readOutboundSettings({ ...upper, ...lower })).toMatchObject({
      proxy: new URL("https://other.example"),
      direct: `lower.example,${LOOPBACK}`,
    });
    expect(readOutboundSettings({ ...upper, https_proxy: "", no_proxy: " " })).toMatchObject({
      proxy: new URL(PROXY),
      direct: `upper.example,${LOOPBACK}`,
    });
  });

  it("is not HTTP_PROXY's", () => {
    expect(readOutboundSettings({ HTTP_PROXY: PROXY, http_proxy: PROXY }).proxy).toBeNull();
  });

  it.each(["*", "a.example,*"])("is direct for every host where NO_PROXY is %s", (NO_PROXY) => {
    expect(readOutboundSettings({ HTTPS_PROXY: PROXY, NO_PROXY }).proxy).toBeNull();
  });

  it.each([
    ["what is no URL", "relyloop hunter2"],
    ["no scheme", "proxy.acme.example:3128"],
    ["another kind of proxy", "socks5://relyloop:hunter2@proxy.acme.example:1080"],
    ["no host", "http://relyloop:hunter2@"],
    ["a port there is not", "http://relyloop:hunter2@proxy.acme.example:99999"],
    ["a path", "http://relyloop:hunter2@proxy.acme.example/path"],
    ["a user name without a password", "http://hunter2@proxy.acme.example"],
    ["a password without a user name", "http://:hunter2@proxy.acme.example"],
    ["a percent sign that encodes nothing", "http://relyloop:hunter2%@proxy.acme.example"],
  ])("is refused with %s, without the value", (_, value) => {
    for (const name of ["HTTPS_PROXY", "https_proxy"]) {
      const error = refusalOf({ [name]: value });
      expect(error.message).toContain(`${name} must be the http(s) URL of a proxy`);
      expect(error.message).not.toMatch(/hunter2|relyloop|socks5/);
    }
  });
});

const refusalOf = (env: Record<string, string>): ConfigError => {
  try {
    readOutboundSettings(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("it was taken");
};
