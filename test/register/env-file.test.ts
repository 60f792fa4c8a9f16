import { generateKeyPairSync } from "node:crypto";
import { lstat, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEnvFile } from "../../src/register/env-file.ts";
import { makeFolder } from "./register-process.ts";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});
const CREDENTIALS = { appId: 1234567, privateKey, webhookSecret: "4f1c0ffee" };
const VALUES = { APP_ID: "1234567", PRIVATE_KEY: privateKey, WEBHOOK_SECRET: "4f1c0ffee" };

let folder: string;
let path: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ folder, remove } = await makeFolder());
  path = join(folder, ".env");
});
afterEach(() => remove());

const saved = async (text: string | null): Promise<string> => {
  if (text !== null) await writeFile(path, text);
  await (await openEnvFile(path)).save(CREDENTIALS);
  return readFile(path, "utf8");
};

describe("the app's credentials in .env", () => {
  it("are read back exactly as GitHub gave them", async () => {
    expect(parseEnv(await saved(null))).toEqual(VALUES);
  });

  it("stand in lines of their own, the key in one", async () => {
    const lines = (await saved(null)).trimEnd().split("\n");
    expect(lines.map((line) => line.split("=")[0])).toEqual(["APP_ID", "PRIVATE_KEY", "WEBHOOK_SECRET"]);
  });

  it.each([
    ["comments, order and spacing", "# a\n\nB = 2\n  # c\nA=1 # one\n"],
    ["quoted values of several lines", "TEXT=\"one\ntwo # not a comment\"\nC='x'\n"],
    ["Windows line ends", "A=1\r\nB=2\r\n"],
    ["a byte order mark", "\uFEFFA=1\n"],
    ["a name that only looks alike", "MY_APP_ID=1\nAPP_ID_OLD=2\n# APP_ID=3\n"],
  ])("leave %s as they are", async (_title, text) => {
    const after = await saved(text);
    expect(after.startsWith(text)).toBe(true);
    expect(parseEnv(after)).toEqual({ ...parseEnv(text), ...VALUES });
  });

  it("begin a new line where the last one has no end", async () => {
    expect(await saved("A=1")).toContain("A=1\nAPP_ID=1234567\n");
  });

  it("take the place of lines that set nothing", async () => {
    const after = await saved('A=1\nAPP_ID=\nexport PRIVATE_KEY=""\nWEBHOOK_SECRET= # to come\nB=2\n');
    expect(after).toMatch(/^A=1\nB=2\nAPP_ID=1234567\nPRIVATE_KEY=/);
  });

  it("are for the owner only, also in a file that others could read", async () => {
    await writeFile(path, "A=1\n", { mode: 0o644 });
    await saved(null);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual([".env"]);
  });

  it("go where a link leads, and the link stays one", async () => {
    const target = join(folder, "settings");
    await writeFile(target, "A=1\n");
    await symlink(target, path);
    await saved(null);
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect(parseEnv(await readFile(target, "utf8"))).toEqual({ A: "1", ...VALUES });
  });

  it("leave out a webhook secret that GitHub did not make", async () => {
    const file = await openEnvFile(path);
    await file.save({ ...CREDENTIALS, webhookSecret: null });
    expect(Object.keys(parseEnv(await readFile(path, "utf8")))).toEqual(["APP_ID", "PRIVATE_KEY"]);
  });

  it("keep what was edited between the first look and the end", async () => {
    await writeFile(path, "A=1\n");
    const file = await openEnvFile(path);
    await writeFile(path, "A=2\nB=3\n");
    await file.save(CREDENTIALS);
    expect(parseEnv(await readFile(path, "utf8"))).toEqual({ A: "2", B: "3", ...VALUES });
  });

  it("never replace an app that came meanwhile", async () => {
    const file = await openEnvFile(path);
    await writeFile(path, "APP_ID=7\n");
    await expect(file.save(CREDENTIALS)).rejects.toThrow("holds APP_ID already");
    expect(await readFile(path, "utf8")).toBe("APP_ID=7\n");
  });

  it("that can't be stored leave nothing behind", async () => {
    const file = await openEnvFile(path);
    await rm(folder, { recursive: true });
    await expect(file.save(CREDENTIALS)).rejects.toThrow("ENOENT");
  });
});
