import { describe, expect, it } from "vitest";
import { installation } from "../../../src/webhooks/events/installation.ts";
import { installationRepositories } from "../../../src/webhooks/events/installation-repositories.ts";
import { installationTarget } from "../../../src/webhooks/events/installation-target.ts";
import { repository } from "../../../src/webhooks/events/repository.ts";

const own = { appId: 4711 };
const byInstallation = { kind: "sync_installation", subject: { installation_id: 7 } };
const byRepository = { kind: "sync_installation", subject: { repository_id: 42 } };

describe("an event of an installation", () => {
  it.each([
    ["created", { status: "active", added: [1, 2] }],
    ["deleted", { status: "deleted" }],
    ["suspend", { status: "suspended" }],
    ["unsuspend", { status: "active" }],
    ["new_permissions_accepted", null],
  ])("that was %s asks to look at it, and passes on what it says", (action, said) => {
    expect(installation.on).toContain(`installation.${action}`);
    const payload = { action, installation: { id: 7 }, repositories: [{ id: 1 }, { id: 2 }] };
    expect(installation.translate(payload, own)).toEqual([{ ...byInstallation, said }]);
  });

  it("may come without repositories, with some that are none, and with thousands", () => {
    const created = (repositories?: unknown) =>
      installation.translate({ action: "created", installation: { id: 7 }, repositories }, own);
    expect(created()).toEqual([{ ...byInstallation, said: { status: "active" } }]);
    expect(created("all")).toEqual([{ ...byInstallation, said: { status: "active" } }]);
    expect(created([{ id: 1 }, null, { id: "2" }, { id: 3 }])).toEqual([
      { ...byInstallation, said: { status: "active", added: [1, 3] } },
    ]);
    const many = Array.from({ length: 2_500 }, (_, at) => ({ id: at + 1 }));
    expect(created(many)).toMatchObject([{ said: { added: many.slice(0, 100).map(({ id }) => id) } }]);
  });

  it("whose repositories changed passes on which", () => {
    const payload = {
      action: "removed",
      installation: { id: 7 },
      repositories_added: [],
      repositories_removed: [{ id: 3 }, { id: 4 }],
    };
    expect(installationRepositories.translate(payload, own)).toEqual([
      { ...byInstallation, said: { added: [], removed: [3, 4] } },
    ]);
  });

  it("whose account was renamed asks to look at it", () => {
    const payload = { action: "renamed", installation: { id: 7 }, account: { login: "new" } };
    expect(installationTarget.translate(payload, own)).toEqual([{ ...byInstallation, said: null }]);
  });

  it.each([undefined, {}, { action: "created" }, { action: "created", installation: { id: -1 } }])(
    "asks for nothing where its id is missing: %j",
    (given) => {
      for (const { translate } of [installation, installationRepositories, installationTarget]) {
        expect(translate(given, own)).toEqual([]);
      }
    },
  );
});

describe("an event of a repository", () => {
  const facts = { id: 42, full_name: "acme/search-config", archived: false, default_branch: "main" };
  const payload = (action: string, changes: object = {}) => ({
    action,
    installation: { id: 7 },
    repository: { ...facts, name: "search-config", private: true },
    ...changes,
  });

  it.each(["renamed", "archived", "unarchived", "edited"])(
    "that was %s asks to look at its installation, by its own word and by our row",
    (action) => {
      expect(repository.on).toContain(`repository.${action}`);
      const said = { repository: facts };
      expect(repository.translate(payload(action), own)).toEqual([
        { ...byInstallation, said },
        { ...byRepository, said },
      ]);
    },
  );

  it("that is new, gone or elsewhere says so", () => {
    expect(repository.translate(payload("created"), own)[0]).toMatchObject({
      said: { added: [42], repository: facts },
    });
    expect(repository.translate(payload("deleted"), own)).toEqual([
      { ...byInstallation, said: { removed: [42] } },
      { ...byRepository, said: { removed: [42] } },
    ]);
    expect(repository.translate(payload("transferred"), own)).toEqual([
      { ...byInstallation, said: { repository: facts } },
      { ...byRepository, said: null },
    ]);
  });

  it("that has left every installation is looked at by our row of it", () => {
    expect(repository.translate(payload("deleted", { installation: undefined }), own)).toEqual([
      { ...byRepository, said: { removed: [42] } },
    ]);
  });

  it.each([
    ["a name with a path in it", { full_name: "acme/../x" }],
    ["a name of two lines", { full_name: "acme/x\ny" }],
    ["a branch with U+0000", { default_branch: "ma\0in" }],
    ["a branch with half a surrogate pair", { default_branch: "ma\ud800in" }],
    ["a branch that is too long", { default_branch: "x".repeat(256) }],
    ["no default branch", { default_branch: undefined }],
  ])("with %s says nothing of it", (_what, bad) => {
    const given = payload("renamed", { repository: { ...facts, ...bad } });
    expect(repository.translate(given, own)).toEqual([
      { ...byInstallation, said: {} },
      { ...byRepository, said: {} },
    ]);
  });

  it("without an id asks for nothing", () => {
    expect(repository.translate(payload("renamed", { repository: { ...facts, id: "42" } }), own)).toEqual([]);
  });
});
