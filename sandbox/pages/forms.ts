import { type Html, html } from "./html.ts";

/** Who presses the buttons of a page, and where its forms lead. */
export interface FormPlace {
  /** Address the actions' names are appended to. */
  path: string;
  person: string;
}

/** The text that is being changed on this page: a comment's id, `pull`, or nothing. Only that one shows as it was written. */
export interface EditPlace extends FormPlace {
  editing: string | undefined;
}

/** Leads to the same page with one text to change. */
export const editLink = ({ person }: FormPlace, what: string | number): Html =>
  html`<a href="?as=${encodeURIComponent(person)}&edit=${what}">Edit</a>`;

/** A button that does one thing. */
export function button(
  place: FormPlace,
  action: string,
  label: string,
  fields: Record<string, string | number> = {},
): Html {
  return form(place, action, label, html``, fields);
}

/** A form of some inputs with its button. */
export function form(
  { path, person }: FormPlace,
  action: string,
  label: string,
  inputs: Html,
  fields: Record<string, string | number> = {},
): Html {
  const hidden = Object.entries({ ...fields, person }).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<form method="post" action="${path}/${action}">${hidden}${inputs}<button>${label}</button></form>`;
}

export function input(name: string, label: string, value = ""): Html {
  return html`<label>${label} <input name="${name}" value="${value}"></label> `;
}

export function select(name: string, values: readonly string[]): Html {
  return html`<select name="${name}" aria-label="${name}">${values.map((value) => html`<option>${value}</option>`)}</select> `;
}

/** Leads to the same page with somebody else at the buttons. */
export function actAs(person: string): Html {
  return html`<form method="get">${input("as", "Act as", person)}<button>Change</button></form>`;
}
