import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { initialState } from "../../sandbox/seed/initial-state.ts";
import { createGithubHost } from "../../src/github/host.ts";
import { isGranted, type Permissions } from "../../src/github/installation.ts";
import type { TokenRequest } from "../../src/github/installation-tokens.ts";
import { type AccessOptions, createConfigRepoAccess } from "../../src/jobs/config-repo-access.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { documentedIn, readDocument } from "./read-markdown.ts";

/** https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#github-app-manifest-parameters */
const manifestSchema = z.strictObject({
  name: z.string().min(1).max(34),
  url: z.url(),
  description: z.string(),
  public: z.boolean(),
  hook_attributes: z.strictObject({ url: z.url(), active: z.boolean() }),
  default_permissions: z.record(z.string(), z.enum(["read", "write", "admin"])),
  default_events: z.array(z.string()),
});

const manifest = manifestSchema.parse(parse(readDocument("app.yml")));
const security = readDocument("docs/security.md");

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
  it("describes a private app", () => {
    expect(manifest.public).toBe(false);
    expect(new URL(manifest.hook_attributes.url).pathname).toBe("/api/github/webhooks");
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
    const asked = { ...(await askedBy("read")), ...(await askedBy("write")) };
    expect(Object.keys(asked)).not.toEqual([]);
    for (const [name, level] of Object.entries(asked)) {
      expect([name, isGranted(manifest.default_permissions, name, level)]).toEqual([name, true]);
    }
    const written = Object.entries(manifest.default_permissions).filter(([, level]) => level !== "read");
    expect(Object.fromEntries(written)).toEqual(asked);
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
