type Fetch = typeof globalThis.fetch;

/** Of OpenSSL, when a chain leads to no authority that is known. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNKNOWN_AUTHORITY = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);
const TUNNEL_REFUSED = /^Proxy response \((\d{3})\)/;
const CAUSES_MAX = 5;

/**
 * A `fetch` that says why there was no answer in words an administrator can act on. Node's own says "fetch failed",
 * with a cause, or a cause's cause, that names neither the proxy nor the setting.
 *
 * A failure is still a TypeError with a cause, whose message is one line and holds no credentials. What ends a request
 * on the caller's wish is passed on as it is.
 *
 * @param proxy the one in use; null: none
 */
export const createOutboundFetch =
  (fetch: Fetch, proxy: URL | null): Fetch =>
  async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (error) {
      if (!(error instanceof TypeError) || !(error.cause instanceof Error)) throw error;
      const message = describeFailure(error.cause, hostOf(input), proxy);
      throw new TypeError(error.message, { cause: new Error(message, { cause: error.cause }) });
    }
  };

const hostOf = (input: Parameters<Fetch>[0]): string =>
  URL.parse(input instanceof Request ? input.url : String(input))?.host ?? "the host";

const describeFailure = (cause: Error, host: string, proxy: URL | null): string => {
  const causes = causesOf(cause);
  const codes = causes.map((each) => String((each as NodeJS.ErrnoException).code ?? ""));
  const authority = codes.find((code) => UNKNOWN_AUTHORITY.has(code));
  if (authority !== undefined) {
    return `the certificate of ${host} comes from an authority that is not known here (${authority}); NODE_EXTRA_CA_CERTS names a file of further ones`;
  }
  const innermost = causes.at(-1)?.message || codes.find((code) => code !== "") || "no answer";
  if (proxy === null) return innermost;
  const [, status] = TUNNEL_REFUSED.exec(innermost) ?? [];
  if (status === undefined) return `${innermost} (HTTPS_PROXY is ${proxy.host})`;
  const advice = status === "407" ? ", so it wants other credentials in HTTPS_PROXY" : "";
  return `the proxy ${proxy.host} let nothing through to ${host}: it answered ${status}${advice}`;
};

const causesOf = (error: Error): Error[] => {
  const causes = [error];
  for (let next = error.cause; next instanceof Error && causes.length < CAUSES_MAX; next = next.cause) {
    causes.push(next);
  }
  return causes;
};
