import markdownIt from "markdown-it";

/** GitHub does not show them; the app's hidden markers are such. */
const HTML_COMMENT = /<!--[^>]*-->/g;

/** HTML that is known to be safe to send. Only this file makes it out of text. */
export interface Html {
  readonly html: string;
}

type Value = string | number | Html | readonly Html[];

/** A template in which every value is escaped, unless it is {@link Html} already. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  return {
    html: parts
      .map((part, index) => part + (index < values.length ? rendered(values[index] ?? "") : ""))
      .join(""),
  };
}

/** Renders Markdown the way GitHub does, as far as this app writes it. HTML in it shows as text. */
export function markdown(text: string): Html {
  const shown = text.replaceAll(HTML_COMMENT, "");
  return { html: markdownIt({ html: false, linkify: true, breaks: true }).render(shown) };
}

function rendered(value: Value): string {
  if (typeof value === "string" || typeof value === "number") return escapeText(String(value));
  return "html" in value ? value.html : value.map((item) => item.html).join("");
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escapeText = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
