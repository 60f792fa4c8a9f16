import { createHmac, createPrivateKey, hkdfSync, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";

/** Long enough to send somebody the link. */
export const LINK_LIFETIME_MS = 24 * 60 * 60 * 1_000;
const KEY_BYTES = 32;
const RANDOM_BYTES = 12;
const MAC_LENGTH = 43;
/** Seconds since the epoch after which it is over, something random, and the signature of both. */
const STATE = /^(\d{10})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{43})$/;

export interface InstallLinks {
  /** Where an owner installs the app. GitHub hands the link's state on to the page people land on afterwards. */
  link(appPage: string): string;
  /** Whether a state comes from one of our links that is not over yet. */
  isOurs(state: string): boolean;
}

/**
 * Links for installing the app whose state is signed, so that nothing has to be stored: every process with the app's
 * private key makes and knows them.
 * https://docs.github.com/apps/sharing-github-apps/sharing-your-github-app
 *
 * @param privateKey PEM. One that can't be read signs nothing and knows no state; GitHub refuses it anyway.
 */
export const createInstallLinks = ({
  privateKey,
  clock,
  random,
}: {
  privateKey: string;
  clock: Pick<Clock, "now">;
  random: (bytes: number) => Buffer;
}): InstallLinks => {
  const signature = (text: string): string =>
    createHmac("sha256", deriveKey(privateKey)).update(text).digest("base64url");
  return {
    link(appPage) {
      const until_s = Math.floor((clock.now() + LINK_LIFETIME_MS) / 1_000);
      const content = `${until_s}.${random(RANDOM_BYTES).toString("base64url")}`;
      return `${appPage}/installations/new?state=${content}.${signature(content)}`;
    },
    isOurs(state) {
      const [, until_s = "", word = "", mac = ""] = STATE.exec(state) ?? [];
      if (mac.length !== MAC_LENGTH) return false;
      try {
        const wanted = signature(`${until_s}.${word}`);
        return (
          timingSafeEqual(Buffer.from(mac), Buffer.from(wanted)) && clock.now() < Number(until_s) * 1_000
        );
      } catch {
        return false;
      }
    },
  };
};

/** For this purpose alone, and the same however the PEM is written. */
const deriveKey = (privateKey: string): Buffer => {
  const der = createPrivateKey(privateKey).export({ type: "pkcs8", format: "der" });
  return Buffer.from(hkdfSync("sha256", der, "", "relyloop: state of install links", KEY_BYTES));
};
