import type { Exchange } from "../../sandbox/exchange.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { PART_LENGTH_MIN, type Secret } from "./secret.ts";

/** Every installation token GitHub has given to the service. */
export interface MintedTokens {
  secrets(): Secret[];
  /** Of each of GitHub's forms. */
  counts(): { short: number; long: number };
  /** Calls the listener with each token of an installation, before the service has it. @returns removes the listener */
  onToken(installationId: number, listener: (token: string) => void): () => void;
}

const MINT = /^\/app\/installations\/(\d+)\/access_tokens$/;

export const watchMintedTokens = (sandbox: Pick<Sandbox, "onExchange">): MintedTokens => {
  const tokens: string[] = [];
  const listeners = new Set<(installationId: number, token: string) => void>();
  sandbox.onExchange(({ path, status, responseBody }: Exchange) => {
    const installationId = MINT.exec(path)?.[1];
    if (installationId === undefined || status !== 201) return;
    const { token } = responseBody as { token: string };
    tokens.push(token);
    for (const listener of listeners) listener(Number(installationId), token);
  });
  const long = () => tokens.filter(isLong);
  return {
    secrets: () =>
      tokens.map((token) => ({
        kind: `an installation token (${isLong(token) ? "long" : "short"})`,
        parts: [partOf(token)],
      })),
    counts: () => ({ short: tokens.length - long().length, long: long().length }),
    onToken: (wanted, listener) => {
      const heard = (id: number, token: string) => {
        if (id === wanted) listener(token);
      };
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
  };
};

const isLong = (token: string): boolean => token.includes(".");

/** What only this token has: of the long form, the signature. */
const partOf = (token: string): string => {
  const part = isLong(token) ? token.slice(token.lastIndexOf(".") + 1) : token.slice("ghs_".length);
  if (part.length < PART_LENGTH_MIN) throw new RangeError("a token of a form unknown here");
  return part;
};
