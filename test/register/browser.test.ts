import { stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";
import { type Browser, hasBrowser, openBrowser } from "./browser.ts";
import { makeFolder, shellFor, startCommand } from "./register-process.ts";

/** Policies, referrers and redirects are the browser's to enforce: nothing but one shows whether the way is open. */
describe.skipIf(!hasBrowser)("in a real browser (needs /usr/bin/chromium)", () => {
  let world: TestSandbox;
  let browser: Browser;
  /** Where people land after installing. */
  let landing: Server;
  const close: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    world = await startTestSandbox();
    browser = await openBrowser();
    landing = createServer((_request, response) => response.end("<title>landed</title>"));
    await new Promise<void>((resolve) => landing.listen(0, "127.0.0.1", resolve));
  }, 90_000);
  afterEach(async () => {
    for (const one of close.splice(0)) await one();
  });
  afterAll(async () => {
    await browser?.close();
    landing?.close();
    landing?.closeAllConnections();
    await world?.close();
  });

  it("the app is registered with two buttons, and installed with a third", { timeout: 120_000 }, async () => {
    const { folder, remove } = await makeFolder();
    close.push(remove);
    const landingUrl = `http://127.0.0.1:${(landing.address() as AddressInfo).port}`;
    const args = ["--org", "acme", "--url", landingUrl];
    const register = startCommand("register", folder, shellFor(world.sandbox), args);
    close.push(async () => {
      register.kill("SIGKILL");
      await register.ended;
    });
    await browser.open(await register.url);
    expect(await browser.read("document.title")).toBe("Register RelyLoop");
    // The page's own style holds: its hash is the policy's.
    expect(await browser.read("getComputedStyle(document.body).maxWidth")).not.toBe("none");

    await browser.leave("document.querySelector('button').click()");
    expect(await browser.read("location.origin")).toBe(world.sandbox.url);
    expect(await browser.read("document.querySelector('h1').textContent")).toBe("Create GitHub App for acme");

    await browser.leave("document.querySelector('button').click()");
    expect(await browser.read("document.title")).toBe("RelyLoop is registered");
    expect(await register.ended).toBe(0);
    expect((await stat(join(folder, ".env"))).mode & 0o777).toBe(0o600);

    await browser.open(await browser.read("[...document.links].at(-1).href"));
    expect(await browser.read("document.title")).toBe("Install RelyLoop");
    await browser.leave("document.querySelector('button').click()");
    expect(await browser.read("document.title")).toBe("landed");
    const address = new URL(await browser.read<string>("location.href"));
    expect(address.pathname).toBe("/setup");
    expect(address.searchParams.get("installation_id")).toBe(String(world.sandbox.installation("acme")?.id));
    expect(browser.complaints).toEqual([]);
  });
});
