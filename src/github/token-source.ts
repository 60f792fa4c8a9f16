import type { InstallationTokens, TokenRequest } from "./installation-tokens.ts";

/** The tokens of one job: asked before each request, so that one which expires or is refused is replaced. */
export interface TokenSource {
  token(): Promise<string>;
  /** The value of git's Authorization header; GitHub takes the token as a password. */
  gitAuthorization(): Promise<string>;
  /**
   * GitHub answered 401 to the last token: another one is minted at once. Its servers hear of a new token one after the
   * other, so that whoever waits before asking again waits for that too.
   */
  renew(): Promise<void>;
}

export const createTokenSource = (
  tokens: InstallationTokens,
  request: Omit<TokenRequest, "refused">,
): TokenSource => {
  let last: string | undefined;
  let refused: string | undefined;

  const token = async () => {
    const minted = await tokens.installationToken({
      ...request,
      ...(refused === undefined ? {} : { refused }),
    });
    last = minted.token;
    return minted.token;
  };

  return {
    token,
    gitAuthorization: async () => {
      const password = await token();
      return `Basic ${Buffer.from(`x-access-token:${password}`).toString("base64")}`;
    },
    renew: async () => {
      refused = last;
      await token();
    },
  };
};
