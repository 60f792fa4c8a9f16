import { createPrivateKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { createInstallLinks, LINK_LIFETIME_MS } from "../../src/register/install-links.ts";

const APP = "https://github.com/apps/relyloop";
const newKey = () =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  }).privateKey;
const KEY = newKey();

let now = Date.parse("2026-11-22T12:00:00Z");
const linksWith = (privateKey: string) =>
  createInstallLinks({ privateKey, clock: { now: () => now }, random: randomBytes });
const stateOf = (link: string) => new URL(link).searchParams.get("state") ?? "";

it("leads to the app's page for installing it, with a state of ours that is another one each time", () => {
  const links = linksWith(KEY);
  const [one, other] = [links.link(APP), links.link(APP)];
  expect(one).toMatch(/^https:\/\/github\.com\/apps\/relyloop\/installations\/new\?state=[\w.-]+$/);
  expect(stateOf(one)).not.toBe(stateOf(other));
  expect(links.isOurs(stateOf(one))).toBe(true);
});

it("is known to every process with the app's key, however the key is written, and to no other app", () => {
  const state = stateOf(linksWith(KEY).link(APP));
  const pkcs8 = createPrivateKey(KEY).export({ type: "pkcs8", format: "pem" }).toString();
  expect(linksWith(pkcs8.trim()).isOurs(state)).toBe(true);
  expect(linksWith(newKey()).isOurs(state)).toBe(false);
});

it("is over after a day", () => {
  const state = stateOf(linksWith(KEY).link(APP));
  now += LINK_LIFETIME_MS - 1_000;
  expect(linksWith(KEY).isOurs(state)).toBe(true);
  now += 1_000;
  expect(linksWith(KEY).isOurs(state)).toBe(false);
});

it("holds against every change of a character, and against what is no state at all", () => {
  const links = linksWith(KEY);
  const state = stateOf(links.link(APP));
  for (let at = 0; at < state.length; at++) {
    const changed = `${state.slice(0, at)}${state[at] === "1" ? "2" : "1"}${state.slice(at + 1)}`;
    expect(links.isOurs(changed), `character ${at}`).toBe(false);
  }
  for (const other of ["", "..", `${state}x`, ` ${state}`, state.slice(1), "9999999999.AAAAAAAAAAAAAAAA."]) {
    expect(links.isOurs(other)).toBe(false);
  }
});

it("knows no state while the key can't be read", () => {
  const state = stateOf(linksWith(KEY).link(APP));
  expect(linksWith("-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----").isOurs(state)).toBe(
    false,
  );
});
