import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openRegister } from "../../src/open-register.ts";
import { makeFolder } from "./register-process.ts";
import { formOf } from "./visitor.ts";

const PUBLIC_URL = "https://relyloop-app.example.org";

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ folder, remove } = await makeFolder());
});
afterEach(() => remove());

/** The form of the first page: where it leads, and the manifest in it. */
const formFor = async (args: string[], env: Record<string, string> = {}) => {
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<string>();
  const registering = openRegister({
    args,
    env,
    envFile: join(folder, ".env"),
    print: (line) => resolve(/http:\S+/.exec(line)?.[0] ?? ""),
    warn: () => undefined,
    signal: stop.signal,
  });
  const url = await promise;
  const { action, fields } = formOf(await (await fetch(url)).text(), url);
  stop.abort();
  expect(await registering).toBe(false);
  return { action, manifest: JSON.parse(fields.manifest ?? "") };
};

it("is app.yml with the service's own addresses, for the organisation that is named", async () => {
  const { action, manifest } = await formFor([
    "--org",
    "acme",
    "--url",
    `${PUBLIC_URL}/`,
    "--name",
    "Acme Tuner",
  ]);
  expect(action).toMatch(
    /^https:\/\/github\.com\/organizations\/acme\/settings\/apps\/new\?state=[\w-]{43}$/,
  );
  expect(manifest).toMatchObject({
    name: "Acme Tuner",
    public: false,
    hook_attributes: { url: `${PUBLIC_URL}/api/github/webhooks`, active: true },
    setup_url: `${PUBLIC_URL}/setup`,
    setup_on_update: true,
    request_oauth_on_install: false,
    redirect_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/registered$/),
  });
});

it("has an inactive webhook and no setup page while GitHub has no address of ours", async () => {
  const { action, manifest } = await formFor([]);
  expect(action).toMatch(/^https:\/\/github\.com\/settings\/apps\/new\?state=/);
  // GitHub wants an address in there all the same.
  expect(manifest.hook_attributes).toEqual({ url: expect.stringContaining("https://"), active: false });
  expect(manifest).not.toHaveProperty("setup_url");
});

it("names a webhook proxy, and a page for the browser of whoever develops", async () => {
  const args = ["--webhook-url", "https://smee.io/abc", "--url", "http://127.0.0.1:3000"];
  expect((await formFor(args)).manifest).toMatchObject({
    hook_attributes: { url: "https://smee.io/abc", active: true },
    setup_url: "http://127.0.0.1:3000/setup",
  });
});

it("goes to the Enterprise host that is set, and says where the company's RelyLoop is", async () => {
  const env = { GHE_HOST: "github.acme.example", RELYLOOP_BASE_URL: "https://relyloop.acme.example" };
  const { action, manifest } = await formFor(["--org", "acme"], env);
  expect(action).toMatch(/^https:\/\/github\.acme\.example\/organizations\/acme\/settings\/apps\/new\?/);
  expect(manifest.url).toBe("https://relyloop.acme.example");
});
