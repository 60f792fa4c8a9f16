import { describe, expect, it } from "vitest";
import { NOT_CONFIGURED_REASONS } from "../../src/errors.ts";
import { notConfiguredReason } from "../../src/registry/not-configured.ts";

type Situation = Parameters<typeof notConfiguredReason>[0];

const granted = { contents: "write", pull_requests: "write", metadata: "read" };
const working: Situation = {
  credentials: true,
  installation: { status: "active", permissions: granted },
  configRepo: { status: "active" },
};

const active = (permissions: Record<string, string>): Situation => ({
  ...working,
  installation: { status: "active", permissions },
});

describe("notConfiguredReason", () => {
  it("is null when the app can write", () => {
    expect(notConfiguredReason(working)).toBeNull();
  });

  it.each<[string, Situation]>([
    ["no_credentials", { ...working, credentials: false }],
    ["uninstalled", { ...working, installation: undefined }],
    ["uninstalled", { ...working, installation: { status: "deleted", permissions: granted } }],
    ["suspended", { ...working, installation: { status: "suspended", permissions: granted } }],
    ["suspended", { ...working, configRepo: { status: "suspended" } }],
    ["repo_removed", { ...working, configRepo: { status: "removed" } }],
    ["archived", { ...working, configRepo: { status: "archived" } }],
    ["permission_pending", active({ ...granted, contents: "read" })],
    ["permission_pending", active({ ...granted, pull_requests: "read" })],
    ["permission_pending", active({ contents: "write" })],
    ["permission_pending", active({})],
  ])("is %s in situation %#", (reason, situation) => {
    expect(notConfiguredReason(situation)).toBe(reason);
  });

  it("names the first thing to put right when everything is wrong, in the catalogue's order", () => {
    const wrong: Situation = {
      credentials: false,
      installation: undefined,
      configRepo: { status: "removed" },
    };
    const steps: Situation[] = [
      wrong,
      { ...wrong, credentials: true },
      { ...wrong, credentials: true, installation: { status: "suspended", permissions: {} } },
      { ...wrong, credentials: true, installation: { status: "active", permissions: {} } },
      { ...active({}), configRepo: { status: "archived" } },
      active({}),
    ];

    expect(steps.map(notConfiguredReason)).toEqual([...NOT_CONFIGURED_REASONS]);
  });
});
