/** Who acts where nobody is named: makes the first commits, owns organisations, administrates every repository. */
export const FOUNDER = "alice";
