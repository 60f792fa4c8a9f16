import type { TreeEntry } from "../git/git-repository.ts";
import type { Site } from "../site.ts";
import type { Schemas } from "./account.ts";
import { encodePath } from "./commit.ts";

export interface Place {
  site: Site;
  /** `owner/name` */
  name: string;
  ref: string;
}

const SYMLINK = "120000";

type Content = Schemas["content-file"] | Schemas["content-symlink"] | Schemas["content-submodule"];

/** One entry with its content: a file's bytes, a symbolic link's target. */
export function contentAnswer(place: Place, entry: TreeEntry, bytes: Buffer): Content {
  const links = contentLinks(place, entry);
  if (entry.type === "commit") {
    // A neighbour of this repository, as with a relative path in `.gitmodules`.
    const submodule_git_url = `${place.site.url}/${place.name.split("/")[0]}/${links.name}.git`;
    return { ...links, type: "submodule", submodule_git_url, size: 0, download_url: null };
  }
  if (entry.mode === SYMLINK)
    return { ...links, type: "symlink", target: bytes.toString(), size: bytes.length };
  // GitHub breaks its base64 after 60 characters.
  const content = bytes.toString("base64").replace(/.{1,60}/g, "$&\n");
  return { ...links, type: "file", encoding: "base64", size: bytes.length, content };
}

export function directoryAnswer(place: Place, entries: readonly TreeEntry[]): Schemas["content-directory"] {
  return entries.map((entry) => ({
    ...contentLinks(place, entry),
    type: typeOf(entry),
    size: entry.size ?? 0,
  }));
}

/** In a listing submodules are called files, which GitHub keeps for older clients. */
function typeOf(entry: TreeEntry): "dir" | "file" | "symlink" {
  if (entry.type === "tree") return "dir";
  return entry.mode === SYMLINK ? "symlink" : "file";
}

function contentLinks({ site, name, ref }: Place, entry: TreeEntry) {
  const path = encodePath(entry.path);
  const query = `?ref=${encodeURIComponent(ref)}`;
  const url = `${site.apiUrl}/repos/${name}/contents/${path}${query}`;
  const html_url = `${site.url}/${name}/${entry.type === "tree" ? "tree" : "blob"}/${ref}/${path}`;
  const git_url = `${site.apiUrl}/repos/${name}/git/${entry.type === "tree" ? "trees" : "blobs"}/${entry.oid}`;
  return {
    name: entry.path.split("/").at(-1) ?? "",
    path: entry.path,
    sha: entry.oid,
    url,
    html_url,
    git_url,
    download_url: entry.type === "blob" ? `${html_url}?raw=true` : null,
    _links: { self: url, git: git_url, html: html_url },
  };
}
