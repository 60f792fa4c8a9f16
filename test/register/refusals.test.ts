import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRegister } from "../../src/open-register.ts";
import { makeFolder } from "./register-process.ts";

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ folder, remove } = await makeFolder());
});
afterEach(() => remove());

const envPath = () => join(folder, ".env");

/** Until it is refused. It would wait for somebody to come otherwise, and is ended at once. */
const register = (env: Record<string, string>, args: string[] = []) => {
  const said: string[] = [];
  const tried = openRegister({
    args,
    env,
    envFile: envPath(),
    print: (line) => said.push(line),
    warn: (line) => said.push(line),
    signal: AbortSignal.abort(),
  });
  return { tried, said };
};

describe("npm run register", () => {
  it.each([
    ["an app in the environment", { APP_ID: "1" }, [], "APP_ID set already"],
    ["another app's key", { PRIVATE_KEY_PATH: "key.pem" }, [], "PRIVATE_KEY_PATH set already"],
    [
      "a webhook secret that would win over the new one",
      { WEBHOOK_SECRET: "0123456789" },
      [],
      "WEBHOOK_SECRET",
    ],
    ["production", { NODE_ENV: "production" }, [], "production"],
    ["a host that is an address", { GHE_HOST: "https://ghe.example.com" }, [], "GHE_HOST"],
    ["an unknown option", {}, ["--orgs", "x"], "Usage: npm run register"],
    ["a word that is no option", {}, ["acme"], "Usage: npm run register"],
    ["a login that is a path", {}, ["--org", "a/b"], "--org"],
    ["a name that is too long", {}, ["--name", "x".repeat(35)], "--name"],
    ["a name that is blank", {}, ["--name", " "], "--name"],
    ["what is no address", {}, ["--url", "relyloop"], "--url must be an address"],
    ["an address without TLS", {}, ["--url", "http://relyloop-app.example.org"], "https://"],
    ["an address of files", {}, ["--webhook-url", "file:///etc/passwd"], "https://"],
    ["an address with a password", {}, ["--url", "https://u:p@relyloop-app.example.org"], "--url"],
    ["an address with a query", {}, ["--url", "https://relyloop-app.example.org/?a=b"], "--url"],
    ["a webhook address GitHub can't reach", {}, ["--url", "http://127.0.0.1:3000"], "GitHub can't reach"],
  ])("refuses %s before it says an address", async (_title, env, args, words) => {
    const { tried, said } = register(env, args);
    await expect(tried).rejects.toThrow(words);
    expect(said).toEqual([]);
  });

  it("never repeats a value it refuses", async () => {
    const secret = "hunter2-hunter2-hunter2";
    const { tried } = register({ WEBHOOK_SECRET: secret, GHE_HOST: secret });
    await expect(tried).rejects.not.toThrow(secret);
  });

  it.each([
    ["an app already", "APP_ID=1\n", "holds APP_ID already"],
    ["an app already, exported", 'export PRIVATE_KEY="x"\n', "holds PRIVATE_KEY already"],
    ["a quote that stays open", 'NAME="half\n', "closing"],
    ["a blank key inside a longer value", 'TEXT="a\nAPP_ID=\nb"\n', "can't be added to"],
    ["more than a settings file would", `#${"x".repeat(1024 * 1024)}\n`, "larger than"],
  ])("refuses a .env that holds %s, and leaves it alone", async (_title, text, words) => {
    await writeFile(envPath(), text);
    const { tried, said } = register({});
    await expect(tried).rejects.toThrow(words);
    expect(said).toEqual([]);
    expect(await readFile(envPath(), "utf8")).toBe(text);
  });

  it("refuses a place where no file can be made", async () => {
    await mkdir(envPath());
    await expect(register({}).tried).rejects.toThrow("can't be stored");
    const tried = openRegister({
      args: [],
      env: {},
      envFile: join(folder, "missing", ".env"),
      print: () => undefined,
      warn: () => undefined,
      signal: AbortSignal.abort(),
    });
    await expect(tried).rejects.toThrow("ENOENT");
  });

  it.skipIf(process.getuid?.() === 0)("refuses a file that may not be written to", async () => {
    await writeFile(envPath(), "A=1\n");
    await chmod(envPath(), 0o400);
    await expect(register({}).tried).rejects.toThrow("EACCES");
  });

  it("leaves nothing behind when it ends before anybody came", async () => {
    const { tried, said } = register({});
    expect(await tried).toBe(false);
    expect(said).toEqual([expect.stringContaining("http://127.0.0.1:"), expect.stringContaining("no app")]);
    expect(await readdir(folder)).toEqual([]);
  });
});
