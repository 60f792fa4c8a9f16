import pg from "pg";

/**
 * The reference: one connection commits a NOTIFY, another one hears it, and nothing else happens.
 * @returns from the statement's start to the hearing, in milliseconds
 */
export const notifyTimes = async (connectionString: string, count: number): Promise<number[]> => {
  const clients = [new pg.Client({ connectionString }), new pg.Client({ connectionString })] as const;
  const [speaker, listener] = clients;
  await Promise.all(clients.map((client) => client.connect()));
  try {
    await listener.query("LISTEN bench");
    const times_ms: number[] = [];
    for (let at = 0; at < count; at++) {
      const heard = new Promise<void>((resolve) => listener.once("notification", () => resolve()));
      const started_ms = performance.now();
      await Promise.all([speaker.query("NOTIFY bench"), heard]);
      times_ms.push(performance.now() - started_ms);
    }
    return times_ms;
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
};
