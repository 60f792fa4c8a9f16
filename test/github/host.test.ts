import { describe, expect, it } from "vitest";
import { createGithubHost, gitUrl, parseRepoUrl } from "../../src/github/host.ts";

const github = createGithubHost({ webUrl: "https://github.com", apiUrl: "https://api.github.com" });
const sandbox = createGithubHost({
  webUrl: "http://127.0.0.1:1234",
  apiUrl: "http://127.0.0.1:1234/api/v3",
});

describe("parseRepoUrl", () => {
  it.each([
    "https://github.com/acme/search-config",
    "https://github.com/acme/search-config/",
    "https://github.com/acme/search-config.git",
    "https://github.com/acme/search-config.git/",
    "HTTPS://GitHub.com/acme/search-config",
    "git@github.com:acme/search-config.git",
    "git@github.com:acme/search-config",
    "ssh://git@github.com/acme/search-config.git",
  ])("reads %s", (url) => {
    expect(parseRepoUrl(github, url)).toEqual({ owner: "acme", repo: "search-config" });
  });

  it("reads names with every character GitHub allows", () => {
    expect(parseRepoUrl(github, "https://github.com/a-b_corp/c.d_e-f")).toEqual({
      owner: "a-b_corp",
      repo: "c.d_e-f",
    });
  });

  it.each([
    "https://gitlab.com/acme/search-config",
    "https://github.com.evil.example/acme/search-config",
    "https://www.github.com/acme/search-config",
    "https://github.com:443/acme/search-config",
    "http://github.com/acme/search-config",
    "https://x-access-token:abc@github.com/acme/search-config",
    "https://user@github.com/acme/search-config",
    "https://github.com/acme",
    "https://github.com/acme/",
    "https://github.com//search-config",
    "https://github.com/acme/search-config/tree/main",
    "https://github.com/acme/search-config?tab=readme",
    "https://github.com/acme/search-config#readme",
    "https://github.com/acme/..",
    "https://github.com/acme/.git",
    "https://github.com/acme/../evil/repo",
    "https://github.com/acme\\search-config",
    "https://github.com/acme/search%2Fconfig",
    " https://github.com/acme/search-config",
    "https://github.com/acme/search-config\n",
    "root@github.com:acme/search-config.git",
    "git@gitlab.com:acme/search-config.git",
    `https://github.com/acme/${"x".repeat(3_000)}`,
    "file:///acme/search-config",
    "",
  ])("refuses %j", (url) => {
    expect(parseRepoUrl(github, url)).toBeNull();
  });

  it("reads only addresses of the configured host", () => {
    const name = { owner: "acme", repo: "search-config" };
    expect(parseRepoUrl(sandbox, "http://127.0.0.1:1234/acme/search-config")).toEqual(name);
    expect(parseRepoUrl(sandbox, "http://127.0.0.1:9999/acme/search-config")).toBeNull();
    expect(parseRepoUrl(sandbox, "https://github.com/acme/search-config")).toBeNull();
  });
});

describe("a host", () => {
  it("gives git an address without credentials", () => {
    expect(gitUrl(github, { owner: "acme", repo: "x" })).toBe("https://github.com/acme/x.git");
    expect(gitUrl(sandbox, { owner: "acme", repo: "x" })).toBe("http://127.0.0.1:1234/acme/x.git");
  });

  it("names its noreply addresses without a port", () => {
    expect(github.noreplyHost).toBe("github.com");
    expect(sandbox.noreplyHost).toBe("127.0.0.1");
  });
});
