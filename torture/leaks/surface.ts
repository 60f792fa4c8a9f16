/** Bytes that somebody may come to see, and where. */
export interface Seen {
  /** Such as `public.proposals.pr_open_error`. */
  place: string;
  bytes: Uint8Array;
}

/** Somewhere a secret could get out. */
export interface Surface {
  name: string;
  read(): AsyncIterable<Seen>;
  /**
   * Puts a text there, so that whoever reads the surface and does not find it is known to be blind.
   * @returns the place at which it has to be found
   */
  plant(text: string): Promise<string>;
  /** Other surfaces on which what stands on this one is seen too. */
  shownOn?: readonly string[];
}
