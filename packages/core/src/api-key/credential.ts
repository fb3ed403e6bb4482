import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { toBase62 } from "./base62.ts";

/**
 * `gift_<prefix>_<secret><checksum>`: 8 characters that may be shown, 43 that carry 256 random bits, 6 of CRC-32 over
 * all before them. Recognizable in any text, by secret scanners too (docs/security.md).
 */
export const apiKeyPattern = "gift_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}";

const wholeKey = new RegExp(`^${apiKeyPattern}$`);
/**
 * What is left of a key: cut at its end, or with its underscores escaped as in a URL. Who has only 32 characters of a
 * secret must guess 65 bits more, and `gift_20261122_` before a UUID's 32 digits is somebody's honest idempotency key.
 * A start that leads nowhere is given up after 53 characters, so the time is linear.
 */
const everyKey = /gift(?:_|%5f)([0-9a-z]{8})(?:_|%5f)[0-9a-z]{33,}/gi;
const checksumCharacters = 6;

/** What the database keeps of a key, and what an operator carries to it: useless to whoever wants to call the API. */
export interface Verifier {
  readonly prefix: string;
  /** SHA-256 of the whole key, hexadecimal. */
  readonly hash: string;
}

/** @returns a new key, which exists nowhere else, and its verifier */
export function generateKey(): { key: string; verifier: Verifier } {
  // The prefix only has to differ from others, so the lowest 8 digits do; the database insists on it.
  const prefix = toBase62(BigInt(`0x${randomBytes(6).toString("hex")}`), 8);
  const secret = toBase62(BigInt(`0x${randomBytes(32).toString("hex")}`), 43);
  const unchecked = `gift_${prefix}_${secret}`;
  const key = unchecked + checksumOf(unchecked);
  return { key, verifier: { prefix, hash: hashOf(key) } };
}

/**
 * Reads a key as a client presents it.
 * @returns undefined when it isn't one, a mistyped one included: the database needn't be asked
 */
export function parseKey(text: string): Verifier | undefined {
  if (!wholeKey.test(text)) return undefined;
  const unchecked = text.slice(0, -checksumCharacters);
  if (checksumOf(unchecked) !== text.slice(-checksumCharacters)) return undefined;
  return { prefix: text.slice(5, 13), hash: hashOf(text) };
}

/** Whether a text is or has something that looks like a key, or like most of one. */
export function containsKey(text: string): boolean {
  return text.search(everyKey) >= 0;
}

/** Replaces what looks like a key, or like most of one, by its visible part. */
export function redactKeys(text: string): string {
  return text.replaceAll(everyKey, "gift_$1_…");
}

function checksumOf(text: string): string {
  return toBase62(BigInt(crc32(text)), checksumCharacters);
}

/**
 * Not a slow hash: those make guesses of people's passwords expensive. Of 2^256 secrets nobody guesses one, whatever a
 * guess costs, and 100 ms for each request would be a way to stop the API.
 */
function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
