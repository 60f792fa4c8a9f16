/** Jobs that run side by side do not come by every spot in every run; most of them they do. */
const REACHED_SHARE_MIN = 0.6;

/** What to say of tries that came by too few of their spots: then nothing was tried, and all seems well. */
export const tooFewReached = (reached: number, tried: number): string[] =>
  tried === 0 || reached < tried * REACHED_SHARE_MIN
    ? [`only ${reached} of ${tried} boundaries were reached: are they still known by the same names?`]
    : [];
