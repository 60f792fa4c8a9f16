import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { SandboxClient } from "../support/sandbox-client.ts";

/** A code for the app's credentials, from registering the app once more just as it is. */
export async function manifestCodeOf(sandbox: Sandbox, client: SandboxClient): Promise<string> {
  const { body: app } = await client.send("GET", "/app", { authorization: `Bearer ${client.appJwt()}` });
  const hook = sandbox.hooks.url();
  const manifest = {
    url: "https://relyloop.example.com",
    redirect_url: "http://127.0.0.1:1/registered",
    ...(hook !== null && { hook_attributes: { url: hook } }),
    default_permissions: app.permissions,
    default_events: app.events,
  };
  const created = await fetch(`${sandbox.url}/organizations/${app.owner.login}/settings/apps`, {
    method: "POST",
    body: new URLSearchParams({ name: app.name, manifest: JSON.stringify(manifest) }),
    redirect: "manual",
  });
  const code = new URL(created.headers.get("location") ?? "").searchParams.get("code");
  if (code === null) throw new Error(`The sandbox gave no code, but ${created.status}.`);
  return code;
}
