import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** What a TLS server presents: PEM. */
export interface ServerIdentity {
  key: string;
  cert: string;
}

export interface PrivateCa {
  /** What NODE_EXTRA_CA_CERTS names a file with: PEM. */
  certificate: string;
  /** A certificate for one host name, good for a day. */
  issue(hostName: string): ServerIdentity;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const SERIAL_BYTES = 8;

/** DER's tags of what a certificate is made of (X.690). */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  dnsName: 0x82,
  version: 0xa0,
  extensions: 0xa3,
};

const OBJECT_ID = {
  ecdsaWithSha256: "2a8648ce3d040302",
  commonName: "550403",
  subjectAltName: "551d11",
  basicConstraints: "551d13",
};

/**
 * A certificate authority nobody has heard of. Node reads certificates but makes none, and a machine that runs these
 * tests need not have openssl, so the few fields that count are put together here (RFC 5280, 4.1).
 */
export const createPrivateCa = (): PrivateCa => {
  const issuer = { name: "Acme private CA", ...newKeys() };
  const isAuthority = extension(OBJECT_ID.basicConstraints, sequence(der(TAG.boolean, "ff")));
  return {
    certificate: certificate(issuer, issuer, isAuthority),
    issue: (hostName) => {
      const subject = { name: hostName, ...newKeys() };
      const name = extension(OBJECT_ID.subjectAltName, sequence(der(TAG.dnsName, Buffer.from(hostName))));
      return {
        key: subject.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
        cert: certificate(subject, issuer, name),
      };
    },
  };
};

const newKeys = () => generateKeyPairSync("ec", { namedCurve: "P-256" });

const certificate = (
  subject: { name: string; publicKey: KeyObject },
  issuer: { name: string; privateKey: KeyObject },
  extensionOfIt: Buffer,
): string => {
  const algorithm = sequence(der(TAG.objectId, OBJECT_ID.ecdsaWithSha256));
  const now_ms = Date.now();
  // The first bit of a positive integer is not set.
  const serial = Buffer.concat([Buffer.of(1), randomBytes(SERIAL_BYTES)]);
  const toBeSigned = sequence(
    der(TAG.version, der(TAG.integer, "02")),
    der(TAG.integer, serial),
    algorithm,
    distinguishedName(issuer.name),
    sequence(utcTime(now_ms - DAY_MS), utcTime(now_ms + DAY_MS)),
    distinguishedName(subject.name),
    subject.publicKey.export({ type: "spki", format: "der" }),
    der(TAG.extensions, sequence(extensionOfIt)),
  );
  const signature = sign("sha256", toBeSigned, issuer.privateKey);
  const whole = sequence(toBeSigned, algorithm, der(TAG.bitString, "00", signature));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
};

/** @param contents bytes, or hex digits */
const der = (tag: number, ...contents: (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(
    contents.map((part) => (typeof part === "string" ? Buffer.from(part, "hex") : part)),
  );
  const length =
    body.length < 0x80 ? Buffer.of(body.length) : Buffer.of(0x82, body.length >> 8, body.length & 0xff);
  return Buffer.concat([Buffer.of(tag), length, body]);
};

const sequence = (...contents: Buffer[]): Buffer => der(TAG.sequence, ...contents);

const extension = (objectId: string, value: Buffer): Buffer =>
  sequence(der(TAG.objectId, objectId), der(TAG.octetString, value));

const distinguishedName = (commonName: string): Buffer => {
  const value = der(TAG.utf8String, Buffer.from(commonName));
  return sequence(der(TAG.set, sequence(der(TAG.objectId, OBJECT_ID.commonName), value)));
};

/** `YYMMDDhhmmssZ` */
const utcTime = (ms: number): Buffer => {
  const digits = new Date(ms).toISOString().replace(/\D/g, "").slice(2, 14);
  return der(TAG.utcTime, Buffer.from(`${digits}Z`));
};
