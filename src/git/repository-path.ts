/** Linux's PATH_MAX: a longer path cannot be checked out. */
const PATH_BYTES_MAX = 4096;

/** Git refuses these names in a tree in any case, because a checkout would write outside of the work tree or into `.git`. */
const RESERVED_SEGMENT = /^(|\.|\.\.|\.git|git~1)$/i;

/** Whether `path` names an entry of a repository: relative, `/` between segments, nothing git would refuse. */
export function isRepositoryPath(path: string): boolean {
  if (Buffer.byteLength(path) > PATH_BYTES_MAX || path.includes("\0") || path.includes("\\")) return false;
  return path.split("/").every((segment) => !RESERVED_SEGMENT.test(segment));
}
