/** Something that is to be found nowhere, whatever the service goes through. */
export interface Secret {
  /** What a violation calls it; its value is never said. */
  kind: string;
  /**
   * What it is recognised by: texts of at least {@link PART_LENGTH_MIN} characters that nothing else holds. What all
   * secrets of a kind begin with, such as `ghs_`, is none of theirs.
   */
  parts: readonly string[];
  /** Where it may stand all the same, and why is said where this is given. Default: nowhere. */
  mayStandIn?: (surface: string, place: string) => boolean;
}

/** A shorter part of a secret gives nobody anything, and would be found by accident. */
export const PART_LENGTH_MIN = 16;
