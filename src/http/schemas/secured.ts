/** The parts of a route's schema that say where it is listed and that it needs a token. */
export const secured = (tag: string) => ({ tags: [tag], security: [{ bearer: [] as string[] }] });
