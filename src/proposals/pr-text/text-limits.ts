/**
 * GitHub's limit for the body of a pull request and of a comment. The filter that redacts secrets runs over the finished
 * text and may lengthen it, but only where a secret was found.
 */
export const BODY_CODE_POINTS_MAX = 65_536;

export const CUT_NOTE = "*Cut here: the whole text would be longer than GitHub allows.*";
