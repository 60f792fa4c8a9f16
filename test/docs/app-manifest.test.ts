import { describe, expect, it } from "vitest";
import { checkManifest, checkName } from "../../sandbox/manifest/manifest-check.ts";
import { initialState } from "../../sandbox/seed/initial-state.ts";
import { createGithubHost } from "../../src/github/host.ts";
import { isGranted, type Permissions } from "../../src/github/installation.ts";
import type { TokenRequest } from "../../src/github/installation-tokens.ts";
import { type AccessOptions, createConfigRepoAccess } from "../../src/jobs/config-repo-access.ts";
import { buildManifest, readManifest } from "../../src/register/manifest.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { documentedIn, readDocument } from "./read-markdown.ts";

const { file: manifest, permissions, events } = readManifest(readDocument("app.yml"));
const security = readDocument("docs/security.md");

const PURPOSES = ["read", "write", "mirror", "feedback"] as const satisfies AccessOptions["purpose"][];

/** What a job, or a preview, asks a token for. */
const askedBy = async (purpose: AccessOptions["purpose"]): Promise<Permissions> => {
  const requests: TokenRequest[] = [];
  const open = createConfigRepoAccess({
    auth: {
      installationToken: async (request: TokenRequest) => {
        requests.push(request);
        return { token: "t", permissions: {}, expiresAt: "" };
      },
    },
    client: { forRepository: () => ({}) },
    openTransport: () => ({}),
    host: createGithubHost({ webUrl: "https://github.com", apiUrl: "https://api.github.com" }),
    clock: createFakeClock(),
    random: () => 0,
    bot: {},
  } as unknown as Parameters<typeof createConfigRepoAccess>[0]);
  const access = open({
    purpose,
    configRepo: { owner: "acme", repo: "search-config", auth_ref: "1", github_repo_id: 2 },
    installation: { permissions: manifest.default_permissions },
    signal: new AbortController().signal,
    beforeWrite: async () => {},
  } as unknown as AccessOptions);
  await access.ready();
  return Object.assign({}, ...requests.map(({ needed, wanted }) => ({ ...wanted, ...needed })));
};

describe("app.yml", () => {
  it("describes a private app that never acts as a person", () => {
    expect(manifest.public).toBe(false);
    expect(manifest.request_oauth_on_install).toBe(false);
  });

  it("holds addresses of the service's own routes, on a host that is nobody's", () => {
    expect(manifest.hook_attributes).toEqual({
      url: "https://relyloop.example.com/api/github/webhooks",
      active: true,
    });
    expect(manifest.setup_url).toBe("https://relyloop.example.com/setup");
    expect(manifest.setup_on_update).toBe(true);
  });

  it("gives a reason for every permission and every event, in its comments", () => {
    for (const { what, why } of [...permissions, ...events]) {
      expect([what, why]).toEqual([what, expect.stringMatching(/^[A-Z].{10,}\.$/)]);
    }
    // An entry without a comment shares the one above it; these two mean the same.
    const shared = [...permissions, ...events].filter(({ why }, index, all) => why === all[index - 1]?.why);
    expect(shared.map(({ what }) => what)).toEqual(["check_suite"]);
  });

  it("is one the sandbox's GitHub takes, with a name that is short enough", () => {
    const choices = { name: null, homepage: null, webhookUrl: null, setupUrl: null };
    const built = buildManifest(manifest, { ...choices, redirectUrl: "http://127.0.0.1:1/registered" });
    expect(checkManifest(JSON.stringify(built)).permissions).toEqual(manifest.default_permissions);
    expect(checkName(built.name)).toBe(manifest.name);
  });

  it("asks for six permissions and eight events", () => {
    expect(manifest.default_permissions).toEqual({
      checks: "write",
      contents: "write",
      issues: "read",
      metadata: "read",
      pull_requests: "write",
      statuses: "read",
    });
    expect(manifest.default_events.toSorted()).toEqual([
      "check_run",
      "check_suite",
      "installation_target",
      "issue_comment",
      "pull_request",
      "pull_request_review",
      "repository",
      "status",
    ]);
  });

  it("writes only what a job asks to write, and grants all that is asked", async () => {
    const written = new Map<string, string>();
    for (const purpose of PURPOSES) {
      const asked = Object.entries(await askedBy(purpose));
      expect(asked).not.toEqual([]);
      for (const [name, level] of asked) {
        expect([name, isGranted(manifest.default_permissions, name, level)]).toEqual([name, true]);
        if (level !== "read") written.set(name, level);
      }
    }
    const writable = Object.entries(manifest.default_permissions).filter(([, level]) => level !== "read");
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(writable));
  });

  it("is the app that the sandbox has registered", () => {
    const { app } = initialState(1, "2026-11-22T12:00:00Z");
    expect(app.permissions).toEqual(manifest.default_permissions);
    expect(app.events.toSorted()).toEqual(manifest.default_events.toSorted());
  });

  it("has a reason in docs/security.md for every permission and every event", () => {
    expect(documentedIn(security, "### Permissions").sort()).toEqual(
      Object.entries(manifest.default_permissions)
        .map(([name, level]) => `${name}: ${level}`)
        .sort(),
    );
    expect(documentedIn(security, "### Events").sort()).toEqual(manifest.default_events.toSorted());
  });
});
