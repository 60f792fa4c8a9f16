import fc from "fast-check";

/** One of the lines of a text, each indented by two spaces or more. */
export const oneListed = (text: string): fc.Arbitrary<string> =>
  fc.constantFrom(...text.trim().split(/\n {2,}/));

/** One of the words of a text. */
export const oneWord = (text: string): fc.Arbitrary<string> => fc.constantFrom(...text.trim().split(/\s+/));
