import type { FileEntries } from "../../sandbox/world.ts";

/** A repository that is made to lead the service somewhere else. */
export interface Trap {
  name: string;
  /** `*` stands for the name of the params file. */
  files: FileEntries;
  configPath: string;
  /** Whether a pull request can be made all the same, which then touches nothing but what it is to touch. */
  opens: boolean;
  /** It is set for the chart, which only a study's proposal has; a preview draws it and commits nothing. */
  chart?: true;
}

const PARAMS = '{ "title_boost": 2.0 }\n';
/** What lies where nothing is to be read; it shows up nowhere. */
export const CANARY = "canary-7d1f3c";
const OUTSIDE = `{ "title_boost": 2.0, "secret": "${CANARY}" }\n`;
const COMMIT = "0123456789012345678901234567890123456789";
const HUGE_BYTES = 30 * 1024 * 1024;
const configPath = "clusters/products";

export const traps: readonly Trap[] = [
  {
    name: "the params file is a link to another file",
    files: { "outside/a.json": OUTSIDE, "clusters/products/*": { symlink: "../../outside/a.json" } },
    configPath,
    opens: false,
  },
  {
    name: "the params file is a link out of the repository",
    files: { "clusters/products/*": { symlink: "/etc/passwd" } },
    configPath,
    opens: false,
  },
  {
    name: "the params file is a link whose target reads like one",
    files: { "clusters/products/*": { symlink: PARAMS.trim() } },
    configPath,
    opens: false,
  },
  {
    name: "the params file is a link to nothing",
    files: { "clusters/products/*": { symlink: "nowhere" } },
    configPath,
    opens: false,
  },
  {
    name: "the folder is a link to another folder",
    files: { "outside/*": OUTSIDE, "clusters/products": { symlink: "../outside" } },
    configPath,
    opens: false,
  },
  {
    name: "the folder above is a link to another one",
    files: { "outside/products/*": OUTSIDE, clusters: { symlink: "outside" } },
    configPath,
    opens: false,
  },
  {
    name: "the folder is a submodule",
    files: { "README.md": "a\n", "clusters/products": { submodule: COMMIT } },
    configPath,
    opens: false,
  },
  {
    name: "the folder is a file",
    files: { "clusters/products": PARAMS },
    configPath,
    opens: false,
  },
  {
    name: "the params file is a folder",
    files: { "clusters/products/*/a.json": PARAMS },
    configPath,
    opens: false,
  },
  {
    name: "the params file is written in another case",
    files: { "clusters/products/*.JSON": PARAMS, "Clusters/Products/*": OUTSIDE },
    configPath,
    opens: false,
  },
  {
    name: "the params file holds NULs",
    files: { "clusters/products/*": '{ "title_boost": 2.0,\0 "b": "\0" }\n' },
    configPath,
    opens: false,
  },
  {
    name: "the params file is huge",
    files: { "clusters/products/*": `{ "title_boost": 2.0, "b": "${"x".repeat(HUGE_BYTES)}" }\n` },
    configPath,
    opens: false,
  },
  {
    name: "the params file is executable",
    files: { "clusters/products/*": { executable: PARAMS } },
    configPath,
    opens: true,
  },
  {
    name: "around the params file lie links, submodules and odd names",
    files: {
      "clusters/products/*": PARAMS,
      "clusters/products/link": { symlink: "/etc/passwd" },
      "clusters/products/module": { submodule: COMMIT },
      "clusters/products/a\u200cb": OUTSIDE,
      "clusters/Products/*": OUTSIDE,
      "clusters/products/*.orig ": OUTSIDE,
      "clusters/products/-n": { executable: OUTSIDE },
    },
    configPath,
    opens: true,
  },
  {
    name: "the charts' folder is a link",
    files: { "clusters/products/*": PARAMS, "outside/a": OUTSIDE, ".relyloop": { symlink: "outside" } },
    configPath,
    opens: false,
    chart: true,
  },
  {
    name: "the charts' folder is a submodule",
    files: { "clusters/products/*": PARAMS, ".relyloop/digest-charts": { submodule: COMMIT } },
    configPath,
    opens: false,
    chart: true,
  },
  {
    name: "the charts' folder is a file",
    files: { "clusters/products/*": PARAMS, ".relyloop/digest-charts": "a\n" },
    configPath,
    opens: false,
    chart: true,
  },
];
