/** Who is behind a write: the API token that was used and, where the caller names one, the person. */
export interface Actor {
  /** The token's name, never its secret. */
  token: string;
  /** From X-Relyloop-Actor; at most 100 printable characters. */
  person: string | null;
}

/** As timelines show it. */
export const actorLabel = (actor: Actor): string =>
  actor.person === null ? actor.token : `${actor.person} (${actor.token})`;
