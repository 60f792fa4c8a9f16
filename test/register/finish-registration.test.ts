import { describe, expect, it } from "vitest";
import type { Conversion, RegisteredApp } from "../../src/github/app-manifest.ts";
import type { AppCredentials } from "../../src/register/env-file.ts";
import { createFinishRegistration } from "../../src/register/finish-registration.ts";
import { createOneTimeState } from "../../src/register/one-time-state.ts";
import { RegisterError } from "../../src/register/register-error.ts";

const APP: RegisteredApp = {
  id: 7,
  name: "RelyLoop",
  html_url: "https://github.com/apps/relyloop",
  pem: "the key",
  webhook_secret: "the secret",
};
const GOOD = { code: "c", state: "s" };

/** A flow whose GitHub and whose disk do what they are told, one after the other. */
const createFlow = (
  conversions: (Conversion | Error | Promise<Conversion>)[],
  stores: (Error | null)[] = [null],
) => {
  const state = createOneTimeState({ clock: { now: () => 0 }, random: () => "s" });
  state.current();
  const asked: string[] = [];
  const stored: AppCredentials[] = [];
  const finish = createFinishRegistration({
    state,
    signal: new AbortController().signal,
    convert: async (code) => {
      asked.push(code);
      const next = conversions[asked.length - 1];
      if (next === undefined || next instanceof Error) throw next ?? new Error("asked once too often");
      return next;
    },
    envFile: {
      save: async (credentials) => {
        const trouble = stores.shift();
        if (trouble) throw trouble;
        stored.push(credentials);
      },
    },
  });
  return { finish, asked, stored };
};
const converted = (app: Partial<RegisteredApp> = {}): Conversion => ({
  kind: "converted",
  app: { ...APP, ...app },
});

describe("the end of registering an app", () => {
  it("stores what GitHub gave, once", async () => {
    const { finish, asked, stored } = createFlow([converted()]);
    expect(await finish(GOOD)).toEqual({ kind: "registered", app: APP });
    expect(stored).toEqual([{ appId: 7, privateKey: "the key", webhookSecret: "the secret" }]);
    expect(await finish(GOOD)).toEqual({ kind: "foreign" });
    expect(asked).toEqual(["c"]);
  });

  it("asks GitHub nothing for a state that is not the page's", async () => {
    const { finish, asked } = createFlow([converted()]);
    expect(await finish({ code: "c", state: "other" })).toEqual({ kind: "foreign" });
    expect(asked).toEqual([]);
  });

  it("keeps the credentials until they are stored: GitHub gives them once", async () => {
    const full = new RegisterError("No space left.");
    const { finish, asked, stored } = createFlow(
      [converted()],
      [full, new Error("the key in an error"), null],
    );
    const first = await finish(GOOD);
    expect(first).toMatchObject({ kind: "failed", message: expect.stringContaining("No space left.") });
    const second = await finish(GOOD);
    expect(second).toMatchObject({ kind: "failed", message: expect.stringContaining("kept in memory") });
    expect(JSON.stringify([first, second])).not.toContain("the key");
    expect(await finish(GOOD)).toMatchObject({ kind: "registered" });
    expect(asked).toEqual(["c"]);
    expect(stored).toHaveLength(1);
  });

  it("asks again after trouble with GitHub, and not after a refusal", async () => {
    const refused: Conversion = { kind: "refused", message: "Not Found" };
    const { finish, asked } = createFlow([new Error("no answer"), refused]);
    expect(await finish(GOOD)).toEqual({ kind: "failed", message: "no answer" });
    expect(await finish(GOOD)).toEqual(refused);
    expect(await finish(GOOD)).toEqual({ kind: "foreign" });
    expect(asked).toHaveLength(2);
  });

  it("sends a code once, however often the page is loaded meanwhile", async () => {
    const { promise, resolve } = Promise.withResolvers<Conversion>();
    const { finish, asked } = createFlow([promise]);
    const first = finish(GOOD);
    expect(await finish(GOOD)).toEqual({ kind: "busy" });
    resolve(converted());
    expect(await first).toMatchObject({ kind: "registered" });
    expect(asked).toHaveLength(1);
  });
});
