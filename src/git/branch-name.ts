/** Git keeps refs as files; GitHub refuses names above this. */
const BRANCH_BYTES_MAX = 255;

// Control characters are what the pattern is for: git refuses them in ref names.
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const FORBIDDEN = /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|^[./-]|[./]$/;

/**
 * Whether `name` may follow `refs/heads/`, by the rules of git-check-ref-format(1) with `--branch`. A name
 * that passes cannot break out of a pkt-line or a ref.
 */
export function isBranchName(name: string): boolean {
  return name.length > 0 && Buffer.byteLength(name) <= BRANCH_BYTES_MAX && !FORBIDDEN.test(name);
}
