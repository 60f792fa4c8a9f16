import { generateKeyPair, randomBytes, randomInt } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** What `DATA_DIR/sandbox-secrets` holds (mode 0600). */
export interface SandboxSecrets {
  app_id: number;
  /** RSA private key, PEM (PKCS#1, as GitHub hands it out). */
  private_key: string;
  webhook_secret: string;
  /** Bearer token of the service's own internal API while the sandbox is in use. */
  api_token: string;
}

const RSA_BITS = 2048;
const SECRET_BYTES = 32;

/**
 * Reads the secrets, or makes them once. Two processes that make them at the same moment end with the same ones:
 * a hard link can only be made by one of them, and never shows half a file.
 */
export async function openSecrets(dataDir: string): Promise<SandboxSecrets> {
  const path = join(dataDir, "sandbox-secrets");
  const existing = readSecrets(path);
  if (existing) return existing;

  const draft = `${path}.${randomBytes(8).toString("hex")}`;
  writeFileSync(draft, `${JSON.stringify(await makeSecrets(), null, 2)}\n`, { mode: 0o600, flag: "wx" });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft);
  }
  const made = readSecrets(path);
  if (!made) throw new Error(`${path} disappeared while the sandbox was starting.`);
  return made;
}

function readSecrets(path: string): SandboxSecrets | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as SandboxSecrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function makeSecrets(): Promise<SandboxSecrets> {
  const pair = await promisify(generateKeyPair)("rsa", {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  return {
    app_id: randomInt(100_000, 1_000_000),
    private_key: pair.privateKey,
    webhook_secret: randomBytes(SECRET_BYTES).toString("hex"),
    api_token: randomBytes(SECRET_BYTES).toString("base64url"),
  };
}
