import { type Html, html } from "./html.ts";

/** Part of a long list, as one page shows it. */
export interface Leaf<T> {
  items: readonly T[];
  /** From 1. */
  number: number;
  count: number;
}

const ITEMS_MAX = 100;

/** @param wanted number of the leaf as somebody asked for it; anything else than one there is means the first. */
export function leafOf<T>(all: readonly T[], wanted: string | undefined): Leaf<T> {
  const count = Math.max(1, Math.ceil(all.length / ITEMS_MAX));
  const asked = Number(wanted);
  const number = Number.isInteger(asked) && asked >= 1 && asked <= count ? asked : 1;
  return { items: all.slice((number - 1) * ITEMS_MAX, number * ITEMS_MAX), number, count };
}

export function leafLinks({ number, count }: Leaf<unknown>): Html {
  if (count === 1) return html``;
  const link = (to: number, label: string): Html =>
    to < 1 || to > count ? html`` : html`<a href="?page=${to}">${label}</a> `;
  return html`<p>Page ${number} of ${count}. ${link(number - 1, "Back")}${link(number + 1, "More")}</p>`;
}
