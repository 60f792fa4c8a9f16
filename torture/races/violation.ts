/** What is promised and was not so. */
export interface Violation {
  text: string;
  /** Proposals and places whose history helps to understand it. */
  about: readonly string[];
}

export const violation = (text: string, ...about: string[]): Violation => ({ text, about });
