/** HTML that is known to be safe to send. Only this file makes it out of text. */
export interface Html {
  readonly html: string;
}

type Value = string | number | Html | readonly Html[];

/** A template in which every value is escaped, unless it is {@link Html} already. */
export const html = (parts: TemplateStringsArray, ...values: Value[]): Html => ({
  html: parts
    .map((part, index) => part + (index < values.length ? rendered(values[index] ?? "") : ""))
    .join(""),
});

const rendered = (value: Value): string => {
  if (typeof value === "string" || typeof value === "number") return escaped(String(value));
  return "html" in value ? value.html : value.map((item) => item.html).join("");
};

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
