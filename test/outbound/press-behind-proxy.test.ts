import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ServiceBehindProxy, startServiceBehindProxy } from "./service-behind-proxy.ts";

describe("a service behind a proxy that wants credentials, and a GitHub with a certificate of a private authority", () => {
  let service: ServiceBehindProxy;
  beforeAll(async () => {
    service = await startServiceBehindProxy();
  });
  afterAll(() => service?.close());

  it("opens a pull request, and every one of its connections is a tunnel to GitHub", async () => {
    const { api, github, proxy, world } = service;
    const scenario = await service.scenario();

    const { proposalId } = await scenario.fromStudy();
    const proposal = await api.open(proposalId);

    expect(proposal).toMatchObject({ status: "pr_opened", pr_number: 1 });
    expect(proposal.pr_url).toBe(`${scenario.repository.html_url}/pull/1`);
    expect(proposal.pr_url).toContain("https://github.test/");
    // Nothing else could have found the name; and nothing else, such as the database, was asked of the proxy.
    expect(new Set(proxy.tunnels.map(({ target }) => target))).toEqual(new Set(["github.test:443"]));
    expect(new Set(proxy.tunnels.map(({ status }) => status))).toEqual(new Set([200]));
    expect(proxy.plain).toEqual([]);
    const repository = `/${scenario.repository.full_name}`;
    expect(github.requests).toEqual(
      expect.arrayContaining([
        `POST /api/v3/repos${repository}/pulls`,
        `POST ${repository}.git/git-upload-pack`,
        `POST ${repository}.git/git-receive-pack`,
      ]),
    );
    expect(world.sandbox.requests()).toHaveLength(github.requests.length);
    const { found, lines, rows } = await service.findCredentials();
    expect(found).toEqual([]);
    expect(Math.min(lines, rows)).toBeGreaterThan(10);
  });

  it("gives a code, the authority's setting and whose certificate it is, where a worker lacks the authority", async () => {
    const scenario = await service.scenario();
    const proposalId = await scenario.byHand();
    await service.restartWorker({ NODE_EXTRA_CA_CERTS: undefined });

    const { status, open_pr } = await service.pressInVain(proposalId);

    expect(status).toBe("pending");
    expect(open_pr.error).toMatchObject({ code: "GITHUB_API_FAILED", reason: "unreachable" });
    expect(open_pr.error?.message).toContain(
      "the certificate of github.test comes from an authority that is not known here (UNABLE_TO_VERIFY_LEAF_SIGNATURE); NODE_EXTRA_CA_CERTS names a file of further ones",
    );
  });
});
