import { createHash } from "node:crypto";
import { type Html, html } from "./html.ts";

const STYLE = `
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
table { border-collapse: collapse; }
td, th { padding: .25rem .8rem .25rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid #8884; }
code { font: .9em ui-monospace, monospace; }
button { font: inherit; padding: .5rem 1.2rem; }
a { overflow-wrap: anywhere; }
`;

export interface Page {
  title: string;
  content: Html;
  /** Where the browser goes by itself after some seconds, and when. */
  refresh?: { url: string; after_s: number };
}

/** One whole page: no script, no image, nothing from elsewhere. */
export const renderPage = ({ title, content, refresh }: Page): string =>
  html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${refresh === undefined ? "" : html`<meta http-equiv="refresh" content="${refresh.after_s}; url=${refresh.url}">`}
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.html;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/**
 * Headers of a page.
 * @param formAction where its form may lead to, in the words of the policy; default: nowhere
 */
export const pageHeaders = (formAction = "'none'"): Record<string, string> => ({
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    "img-src data:",
    `form-action ${formAction}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex",
  "x-frame-options": "DENY",
  "cache-control": "no-store",
  // Addresses here hold a state or a code, which nobody else shall see; the origin alone may be known.
  "referrer-policy": "strict-origin",
});
