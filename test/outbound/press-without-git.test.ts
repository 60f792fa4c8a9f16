import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ServiceBehindProxy, startServiceBehindProxy } from "./service-behind-proxy.ts";

describe("a service whose REST API needs no proxy, and whose proxy does not let it to the git remote", () => {
  let service: ServiceBehindProxy;
  beforeAll(async () => {
    service = await startServiceBehindProxy(({ sandbox }) => ({ GITHUB_API_URL: sandbox.apiUrl }));
  });
  afterAll(() => service?.close());

  it("leaves the proxy alone for REST, and gives the repository's code with what the proxy said and not what it was given", async () => {
    const { proxy } = service;
    const scenario = await service.scenario();
    const proposalId = await scenario.byHand();
    expect(proxy.tunnels).toEqual([]);
    const wrong = new URL(proxy.urlWithCredentials);
    wrong.username = "somebody-else";
    await service.restartWorker({ HTTPS_PROXY: wrong.href });

    const { status, open_pr } = await service.pressInVain(proposalId);

    expect(status).toBe("pending");
    expect(open_pr.error).toMatchObject({ code: "CLONE_FAILED", reason: "unreachable" });
    expect(open_pr.error?.message).toContain(
      `the proxy ${new URL(proxy.url).host} let nothing through to github.test: it answered 407`,
    );
    expect((await service.findCredentials()).found).toEqual([]);
    expect(new Set(proxy.tunnels.map(({ target }) => target))).toEqual(new Set(["github.test:443"]));
  });
});
