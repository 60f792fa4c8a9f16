/** Where in the config repository a template's params and a study's chart live (design, sections 7 and 8). */

export const CONFIG_PATH_CHARS_MAX = 500;

/** Section 4's pattern of a query template's name. */
export const TEMPLATE_NAME_PATTERN = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;

const CONFIG_PATH_PATTERN = /^[A-Za-z0-9_./-]*$/;

export type ParamsPath = { kind: "ok"; path: string } | { kind: "invalid"; message: string };

/**
 * `<config_path>/<template name>.params.json`, relative to the repository's root. A cluster without a
 * `config_path` (null or empty) keeps its params files at the root.
 */
export function paramsPath(configPath: string | null, templateName: string): ParamsPath {
  const problem = configPathProblem(configPath ?? "");
  if (problem !== undefined) return { kind: "invalid", message: `config_path ${problem}` };
  if (!TEMPLATE_NAME_PATTERN.test(templateName)) {
    return { kind: "invalid", message: "the template's name cannot be a file name" };
  }
  const file = `${templateName}.params.json`;
  return { kind: "ok", path: configPath ? `${configPath}/${file}` : file };
}

/** What is wrong with a `config_path`, as the end of a sentence, or undefined when it may be used. */
export function configPathProblem(configPath: string): string | undefined {
  if (configPath === "") return undefined;
  if (configPath.length > CONFIG_PATH_CHARS_MAX) {
    return `is longer than ${CONFIG_PATH_CHARS_MAX} characters`;
  }
  if (!CONFIG_PATH_PATTERN.test(configPath)) return "may hold only the characters A-Z a-z 0-9 _ . / -";
  if (configPath.startsWith("/")) return "must be relative to the repository's root";
  for (const segment of configPath.split("/")) {
    if (segment === "") return "has an empty segment";
    if (segment === "." || segment === "..") return `must not hold the segment "${segment}"`;
    // Git refuses trailing dots too: some file systems drop them, so that `.git.` is `.git` there.
    if (/^\.git\.*$/i.test(segment)) return 'must not hold a ".git" segment';
  }
  return undefined;
}

/** The study's chart, beside every other digest's. */
export function chartPath(studyId: string): string {
  return `.relyloop/digest-charts/${studyId}.png`;
}
