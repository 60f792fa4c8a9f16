import nock from "nock";
import { describe, expect, it } from "vitest";
import { createCollaborators } from "../../src/github/collaborators.ts";
import { API, createClientFixture, useNock } from "../support/github-fixture.ts";

useNock();

const ADA = { login: "ada", id: 77 };
const ask = (status: number, answer: object) => {
  nock(API).get("/repos/acme/search-config/collaborators/ada/permission").reply(status, answer);
  return createCollaborators(createClientFixture().client).canWrite(ADA);
};

describe("who can write", () => {
  it.each([
    ["admin", "admin", true],
    ["write", "write", true],
    ["write", "maintain", true],
    ["read", "triage", false],
    ["read", "read", false],
    ["none", "none", false],
    ["", "", false],
  ])("%s (role %s): %s", async (permission, role_name, can) => {
    expect(await ask(200, { permission, role_name, user: { id: 77, login: "ada" } })).toBe(can);
  });

  it("is nobody who does not exist", async () => {
    expect(await ask(404, { message: "ada is not a user" })).toBe(false);
  });

  it("is not somebody who took over the login meanwhile, or whom GitHub does not name", async () => {
    expect(await ask(200, { permission: "admin", role_name: "admin", user: { id: 78 } })).toBe(false);
    expect(await ask(200, { permission: "admin", role_name: "admin", user: null })).toBe(false);
  });

  it("is not guessed when GitHub refuses to tell", async () => {
    await expect(ask(403, { message: "Must have push access" })).rejects.toMatchObject({ status: 403 });
  });
});
