interface Page<T> {
  items: T[];
  /** The Link header: https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api. */
  link: string | undefined;
}

/** Reads pages, from 1, until GitHub names no next one, at most `pages_max`. */
export const readPages = async <T>(
  pages_max: number,
  read: (page: number) => Promise<Page<T>>,
): Promise<T[]> => {
  const all: T[] = [];
  for (let page = 1; page <= pages_max; page++) {
    const { items, link } = await read(page);
    all.push(...items);
    if (!link?.includes('rel="next"')) break;
  }
  return all;
};
