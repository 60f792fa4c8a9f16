/** Several times what the open pull requests of the largest test need. */
const REMEMBERED_MAX = 20_000;

/** Answers that never change, each asked for once. */
export interface Answers<T> {
  /**
   * @param group what `ask` is about besides `item`
   * @param others more of the group to ask for in one go, where `item` isn't known yet
   */
  of(
    group: string,
    item: string,
    others: () => readonly string[],
    ask: (items: string[]) => Promise<ReadonlyMap<string, T>>,
  ): Promise<T>;
}

export function createAnswers<T>(): Answers<T> {
  const remembered = new Map<string, Promise<T>>();

  function remember(key: string, answer: Promise<T>): void {
    remembered.set(key, answer);
    // What failed may be asked again. This also keeps a failure nobody waits for from ending the process.
    answer.catch(() => remembered.delete(key));
    const [oldest] = remembered.keys();
    if (remembered.size > REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest);
  }
  return {
    async of(group, item, others, ask) {
      const known = remembered.get(`${group} ${item}`);
      if (known) return known;
      const items = [...new Set([item, ...others()])].filter((one) => !remembered.has(`${group} ${one}`));
      const asked = ask(items);
      const answerTo = async (one: string): Promise<T> => {
        const answer = (await asked).get(one);
        if (answer === undefined) throw new Error(`There is no answer for ${one}.`);
        return answer;
      };
      const answers = new Map(items.map((one) => [one, answerTo(one)]));
      for (const [one, answer] of answers) remember(`${group} ${one}`, answer);
      return answers.get(item) ?? answerTo(item);
    },
  };
}
