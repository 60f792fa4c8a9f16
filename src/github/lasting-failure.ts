/** https://nodejs.org/api/tls.html#x509-certificate-error-codes, and a certificate for other names. */
const CERTIFICATE_CODE =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$|ERR_TLS_CERT_)/;
/** Node's words for a proxy that opens no tunnel: it wants other credentials, or lets nobody there. */
const TUNNEL_FORBIDDEN = /^Proxy response \((?:403|407)\)/;
const CAUSES_MAX = 8;

/**
 * Whether what kept an answer away stays until somebody changes a setting: a certificate that is not trusted, a proxy
 * that refuses. Nothing was sent, and the same request would fail in the same way.
 * @param error as Octokit or git's transport threw it, with what happened among its causes
 */
export const isLastingFailure = (error: unknown): boolean => {
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < CAUSES_MAX; depth++) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === "string" && CERTIFICATE_CODE.test(code)) return true;
    if (TUNNEL_FORBIDDEN.test(cause.message)) return true;
    cause = cause.cause;
  }
  return false;
};
