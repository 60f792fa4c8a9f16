/** Where this GitHub is found. */
export interface Site {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** `<url>/api/v3` */
  apiUrl: string;
  /** `127.0.0.1:<port>` */
  host: string;
}

export function siteAt(port: number): Site {
  const host = `127.0.0.1:${port}`;
  return { url: `http://${host}`, apiUrl: `http://${host}/api/v3`, host };
}

/** GitHub's opaque ids; ours say what they stand for once decoded. */
export const nodeId = (kind: string, id: number | string): string =>
  Buffer.from(`${kind}:${id}`).toString("base64");

/** GitHub's times have whole seconds. */
export const isoSeconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
