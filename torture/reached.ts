/**
 * Jobs that run side by side, and processes that remember a token, do not come by every spot in every run; most of them
 * they do. Of few tries less can be asked.
 */
const REACHED_SHARE_MIN = { many: 0.6, few: 0.2 };
const MANY = 20;

/** What to say of tries that came by too few of their spots: then nothing was tried, and all seems well. */
export const tooFewReached = (reached: number, tried: number): string[] => {
  const share_min = REACHED_SHARE_MIN[tried < MANY ? "few" : "many"];
  return tried === 0 || reached < tried * share_min
    ? [`only ${reached} of ${tried} boundaries were reached: are they still known by the same names?`]
    : [];
};
