/** What a browser does with the pages of the flow, without one: forms are read and sent as they stand. */

export interface Form {
  action: string;
  fields: Record<string, string>;
}

/** The first form of a page. Checkboxes and radio buttons count where they are checked. */
export const formOf = (page: string, base: string): Form => {
  const [, attributes = "", inner = ""] = /<form([^>]*)>([\s\S]*?)<\/form>/.exec(page) ?? [];
  const fields: Record<string, string> = {};
  for (const [input] of inner.matchAll(/<input[^>]*>/g)) {
    const type = attributeOf(input, "type") ?? "text";
    if ((type === "radio" || type === "checkbox") && !/ checked\b/.test(input)) continue;
    fields[attributeOf(input, "name") ?? ""] = attributeOf(input, "value") ?? "";
  }
  return { action: new URL(attributeOf(attributes, "action") ?? "", base).href, fields };
};

const attributeOf = (tag: string, name: string): string | undefined => {
  const [, value] = new RegExp(`\\b${name}="([^"]*)"`).exec(tag) ?? [];
  return value === undefined ? undefined : unescaped(value);
};

/** Back from HTML. */
export const unescaped = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

/** Sends a form as a browser does, from the page of another site where `from` is given. */
export const submit = (form: Form, from?: string): Promise<Response> =>
  fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(form.fields),
    redirect: "manual",
    headers: from === undefined ? {} : { origin: from, "sec-fetch-site": "cross-site" },
  });

export const locationOf = (response: Response): string => {
  const location = response.headers.get("location");
  if (location === null) throw new Error(`no redirect, but ${response.status}`);
  return new URL(location, response.url).href;
};

/** From the first page to the address GitHub leads back to, with its code. */
export const walkToGithub = async (
  startUrl: string,
  { name }: { name?: string } = {},
): Promise<{ startPage: string; confirmPage: string; backUrl: string }> => {
  const startPage = await (await fetch(startUrl)).text();
  const asked = await submit(formOf(startPage, startUrl), new URL(startUrl).origin);
  const confirmPage = await asked.text();
  const confirming = formOf(confirmPage, asked.url);
  const created = await submit({
    ...confirming,
    fields: { ...confirming.fields, ...(name !== undefined && { name }) },
  });
  return { startPage, confirmPage, backUrl: locationOf(created) };
};
