import type { LeakWorld } from "../leak-world.ts";
import type { Seen, Surface } from "../surface.ts";

type TrafficWorld = Pick<LeakWorld, "sandbox">;

const REQUEST_TIMEOUT_MS = 30_000;

/** What was asked of GitHub, also where it refused and kept nothing, and what it shows to people. */
export const githubTrafficSurfaces = (world: TrafficWorld): Surface[] => {
  const bodies: Seen[] = [];
  world.sandbox.onExchange(({ method, path, requestBody }) => {
    if (requestBody !== undefined)
      bodies.push({ place: `${method} ${path}`, bytes: Buffer.from(JSON.stringify(requestBody)) });
  });
  return [
    {
      name: "requests to GitHub",
      async *read() {
        yield* bodies;
        for (const { method, path, query } of world.sandbox.requests())
          yield { place: `${method} ${path}`, bytes: Buffer.from(`${path}${query}`) };
      },
      plant: async (text) => {
        await ask(`${world.sandbox.apiUrl}/meta?planted=${text}`);
        return "GET /api/v3/meta";
      },
    },
    {
      name: "pages of GitHub",
      read: () => pagesOf(world),
      plant: async (description) => {
        const { full_name } = world.sandbox.repository("acme/search-config");
        const head = "planted-page";
        await world.sandbox.pushAs("alice", full_name, head, { "page.txt": description });
        const { html_url } = await world.sandbox.openPull(full_name, { title: "A page", head });
        return new URL(html_url).pathname;
      },
      shownOn: ["git objects"],
    },
  ];
};

async function* pagesOf({ sandbox }: TrafficWorld): AsyncGenerator<Seen> {
  const addresses = new Set([`${sandbox.url}/`]);
  for (const { full_name, html_url } of sandbox.repositories()) {
    addresses.add(html_url);
    for (const pull of await sandbox.pulls(full_name)) addresses.add(pull.html_url);
  }
  for (const address of addresses) yield { place: new URL(address).pathname, bytes: await ask(address) };
}

const ask = async (address: string): Promise<Buffer> => {
  const response = await fetch(address, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  return Buffer.from(await response.arrayBuffer());
};
