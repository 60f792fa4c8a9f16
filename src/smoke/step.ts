/** One thing after the other, each told with its time. @throws what it throws, once that is told too */
export type Step = <T>(what: string, does: () => Promise<T>) => Promise<T>;

export const createStep =
  (print: (line: string) => void): Step =>
  async (what, does) => {
    const started_ms = performance.now();
    const tell = (how: string) => print(`${how} ${Math.round(performance.now() - started_ms)} ms  ${what}`);
    try {
      const result = await does();
      tell("ok      ");
      return result;
    } catch (error) {
      tell("FAILED  ");
      print(`         ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  };
