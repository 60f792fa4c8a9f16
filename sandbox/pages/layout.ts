import { type Html, html } from "./html.ts";

/** One whole page. */
export function layout(title: string, content: Html): string {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="/_sandbox/style.css">
</head>
<body>
<header><a href="/">Sandbox GitHub</a></header>
<main>
${content}
</main>
</body>
</html>
`.html;
}

export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --good: #1a7f37; --bad: #cf222e; --merged: #8250df; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
header { padding: .6rem 1rem; border-bottom: 1px solid var(--line); font-weight: 600; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 small { font-weight: 400; opacity: .6; }
a { color: inherit; }
section, article { margin: 1.2rem 0; border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
section > h2, article > h3 { margin: 0; padding: .5rem .8rem; font-size: 1rem; background: var(--soft); }
section > :not(h2), article > :not(h3) { margin: .8rem; }
.state { padding: .15rem .7rem; border-radius: 1rem; color: #fff; background: var(--good); }
.state.closed { background: var(--bad); }
.state.merged { background: var(--merged); }
.state.draft { background: #6e7781; }
table { border-collapse: collapse; }
th, td { padding: .25rem .6rem; border: 1px solid var(--line); text-align: left; }
img { max-width: 100%; background: #fff; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .5rem; background: var(--soft); }
.add { background: #1a7f3733; } .del { background: #cf222e33; } .hunk { opacity: .6; }
.diff span { display: block; white-space: pre; min-height: 1.45em; }
form { display: inline-block; margin: .2rem .4rem .2rem 0; vertical-align: top; }
.block form { display: block; }
input, select { font: inherit; }
textarea { width: 100%; min-height: 5rem; font: inherit; }
button { font: inherit; padding: .3rem .8rem; border: 1px solid var(--line); border-radius: 6px; background: var(--soft); cursor: pointer; }
`;
