import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

/** Whose signature, when and for what. */
export interface Signing {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly region: string;
  readonly service: string;
  /** By the server's clock: one that differs from it by five minutes is refused. */
  readonly date: Date;
}

/** A day's key, derived by four HMACs. As a KeyObject, because an HMAC takes 2 µs with one and 10 with a Buffer. */
let lastKey: { readonly name: string; readonly key: KeyObject } | undefined;

/**
 * Signs a POST to `/`, which is all that SQS's JSON protocol sends: Signature Version 4
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). The SDK's signer takes
 * 40 to 48 µs, this one 7 to 8 (measured in a loop).
 * @param headers all of them to be signed: lower-case names, `host` among them, values without outer or repeated blanks
 * @returns the headers, and those of the signature
 */
export function sign(
  headers: Readonly<Record<string, string>>,
  body: string,
  signing: Signing,
): Readonly<Record<string, string>> {
  const time = signing.date.toISOString().replace(/[-:]|\.\d+/g, "");
  const bodyHash = hash("sha256", body);
  const signed: Record<string, string> = { ...headers, "x-amz-content-sha256": bodyHash, "x-amz-date": time };
  if (signing.sessionToken !== undefined) signed["x-amz-security-token"] = signing.sessionToken;
  // By code unit, as the signature wants it.
  const names = Object.keys(signed).sort((one, other) => (one < other ? -1 : 1));
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join("");
  const list = names.join(";");
  const scope = `${time.slice(0, 8)}/${signing.region}/${signing.service}/aws4_request`;
  const canonical = hash("sha256", `POST\n/\n\n${lines}\n${list}\n${bodyHash}`);
  const signature = createHmac("sha256", keyOf(signing.secretAccessKey, scope))
    .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${canonical}`)
    .digest("hex");
  const credential = `Credential=${signing.accessKeyId}/${scope}`;
  signed.authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${list}, Signature=${signature}`;
  return signed;
}

function keyOf(secretAccessKey: string, scope: string): KeyObject {
  const name = `${scope} ${secretAccessKey}`;
  if (lastKey?.name === name) return lastKey.key;
  const start = Buffer.from(`AWS4${secretAccessKey}`);
  const bytes = scope
    .split("/")
    .reduce<Buffer>((parent, part) => createHmac("sha256", parent).update(part).digest(), start);
  lastKey = { name, key: createSecretKey(bytes) };
  return lastKey.key;
}
