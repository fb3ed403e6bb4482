import { crc32 } from "node:zlib";
import { toBase62 } from "@gift/core/api-key/base62";
import { generateKey } from "@gift/core/api-key/credential";
import { type Attempt, attempt } from "./attempt.ts";
import { type ClientKey, headersOf } from "./client-key.ts";

/** What an intruder shows instead of a right key. */
export interface Forgery {
  readonly shows: string;
  readonly headers: Record<string, string>;
}

/** Every way to be nobody. @param owner whose visible part one of them has */
export function forgeries({ issued: { key, prefix } }: ClientKey): readonly Forgery[] {
  const unchecked = `gift_${prefix}_${generateKey().key.slice(14, 57)}`;
  return [
    { shows: "no key", headers: {} },
    { shows: "a key that nobody issued", headers: headersOf(generateKey().key) },
    // Right by its form and its checksum.
    { shows: "a key with another's prefix", headers: headersOf(unchecked + toBase62(BigInt(crc32(unchecked)), 6)) },
    { shows: "a part of a key", headers: headersOf(key.slice(0, -1)) },
  ];
}

/** What needs no gift. */
export const create: Attempt = {
  does: "create a gift",
  method: "POST",
  path: "/gifts",
  headers: { "content-type": "application/json" },
  body: '{"amount":1,"message":"Nobody\'s gift"}',
};
export const operate: Attempt = { does: "read dead letters", method: "GET", path: "/operator/dead-letters" };

/** Requests without a key that allows them. */
export class Intrusion {
  readonly #url: string;
  readonly #problems: string[] = [];
  #refused = 0;

  /** @param url the API's */
  constructor(url: string) {
    this.#url = url;
  }

  /** Requests that were answered 401. */
  get refused(): number {
    return this.#refused;
  }

  /** What was answered otherwise, in sentences. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Asks once. */
  async ask(what: Attempt, { shows, headers }: Forgery): Promise<void> {
    const status = await attempt(this.#url, what, headers);
    if (status === 401) this.#refused += 1;
    else if (status !== undefined)
      this.#problems.push(`whoever asked to ${what.does} with ${shows} was answered ${status}`);
  }
}
