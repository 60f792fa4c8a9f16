import { readFileSync } from "node:fs";
import { setGlobalProxyFromEnv } from "node:http";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { ConfigError } from "./config.ts";
import { createOutboundFetch } from "./outbound-fetch.ts";

/** How this process reaches GitHub. */
export interface OutboundSettings {
  /** With its credentials, if it has any; null: none is set, or none is to be used for any host. */
  proxy: URL | null;
  /** Hosts that are reached without the proxy, comma-separated; `.acme.example` is everything below it. */
  direct: string;
  /** File with certificates of authorities beside those Node knows; null: none. */
  authoritiesFile: string | null;
}

type Environment = Record<string, string | undefined>;

/** The sandbox and the service itself. A proxy's loopback is another machine's. */
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Decides once, for the whole process, how every connection to GitHub leaves it: REST and git alike use Node's `fetch`
 * (`test/outbound/connections.test.ts` holds them to it). PostgreSQL's connections are not concerned.
 *
 * The proxy is asked for a tunnel (CONNECT), for http addresses too, so it never sees what is sent over TLS.
 * https://nodejs.org/api/http.html#httpsetglobalproxyfromenvproxyenv
 *
 * @throws ConfigError naming every bad setting, never a value: the proxy's may hold a password
 */
export const obeyOutboundSettings = (env: Environment): void => {
  const { proxy, direct, authoritiesFile } = readOutboundSettings(env);
  if (proxy !== null) {
    // Both are given: for one that is missing, Node would look into the environment by itself.
    setGlobalProxyFromEnv({ HTTPS_PROXY: proxy.href, HTTP_PROXY: proxy.href, NO_PROXY: direct });
  }
  if (authoritiesFile !== null) trust(authoritiesFile);
  globalThis.fetch = createOutboundFetch(globalThis.fetch, proxy);
};

/**
 * Reads HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS. Of the first two the lower-case name wins, as it does in curl
 * and in Node. Blank is unset.
 * @throws ConfigError
 */
export const readOutboundSettings = (env: Environment): OutboundSettings => {
  const proxyName = isSet(env.https_proxy) ? "https_proxy" : "HTTPS_PROXY";
  const given = env[proxyName]?.trim() ?? "";
  const proxy = proxyUrl(given);
  if (given !== "" && proxy === null) {
    throw new ConfigError([
      `${proxyName} must be the http(s) URL of a proxy, such as http://proxy.acme.example:3128; with a user name and a password, or neither, both percent-encoded`,
    ]);
  }
  const noProxy = isSet(env.no_proxy) ? env.no_proxy : (env.NO_PROXY ?? "");
  const direct = noProxy.split(/[\s,]+/).filter((host) => host !== "");
  return {
    // Node knows the star only where it stands alone, and so no more beside the loopback address.
    proxy: direct.includes("*") ? null : proxy,
    direct: [...direct, ...LOOPBACK].join(","),
    authoritiesFile: isSet(env.NODE_EXTRA_CA_CERTS) ? env.NODE_EXTRA_CA_CERTS.trim() : null,
  };
};

const isSet = (value: string | undefined): value is string => value !== undefined && value.trim() !== "";

/** null: nothing Node could use. A user name without a password counts as that: Node would send neither. */
const proxyUrl = (text: string): URL | null => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") return null;
  if ((url.username === "") !== (url.password === "")) return null;
  return isPercentEncoded(url.username) && isPercentEncoded(url.password) ? url : null;
};

const isPercentEncoded = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

/**
 * Node reads the file at its very start, before `.env` is loaded, and goes on without it when it can't be read. What it
 * did not read is read here, so that the setting works from `.env` and a mistake in it is told.
 */
const trust = (file: string): void => {
  if (getCACertificates("extra").length > 0) return;
  try {
    const certificates = readFileSync(file, "utf8").match(CERTIFICATE) ?? [];
    if (certificates.length === 0) throw new Error("no certificates");
    setDefaultCACertificates([...getCACertificates("default"), ...certificates]);
  } catch {
    throw new ConfigError([
      "NODE_EXTRA_CA_CERTS must name a file of certificates in PEM form that can be read",
    ]);
  }
};
