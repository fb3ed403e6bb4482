import { createHash } from "node:crypto";
import { toBase62 } from "@gift/core/api-key/base62";
import { apiKeyPattern, containsKey, generateKey, parseKey, redactKeys } from "@gift/core/api-key/credential";
import { encodeVerifier, parseVerifier } from "@gift/core/api-key/verifier";
import { describe, expect, test } from "vitest";

describe("a key", () => {
  test("says that it is one: gift_, 8 visible characters, 43 of secret and 6 of checksum", () => {
    const { key, verifier } = generateKey();
    expect(key).toMatch(/^gift_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}$/);
    expect(key).toMatch(new RegExp(`^${apiKeyPattern}$`));
    expect(key.slice(5, 13)).toBe(verifier.prefix);
  });

  test("is kept as a SHA-256 of all of it", () => {
    const { key, verifier } = generateKey();
    expect(verifier.hash).toBe(createHash("sha256").update(key).digest("hex"));
    expect(parseKey(key)).toEqual(verifier);
  });

  test("is never made twice, and no character of it stands still", () => {
    const keys = Array.from({ length: 500 }, () => generateKey().key);
    expect(new Set(keys).size).toBe(500);
    expect(new Set(keys.map((key) => key.slice(5, 13))).size).toBe(500);
    // The first of 43 has little room: 62^43 is just above 2^256.
    for (const position of [5, 12, 16, 30, 56, 60, 62])
      expect(new Set(keys.map((key) => key[position])).size).toBeGreaterThan(30);
  });

  test("with any one character mistyped is none, and needs no database to be told so", () => {
    const { key } = generateKey();
    for (let position = 0; position < key.length; position += 1) {
      const other = key[position] === "a" ? "b" : "a";
      expect(parseKey(key.slice(0, position) + other + key.slice(position + 1))).toBeUndefined();
    }
  });

  test.each([
    ["nothing", () => ""],
    ["half of one", (key: string) => key.slice(0, 40)],
    ["one with a line break behind it", (key: string) => `${key}\n`],
    ["one with something before it", (key: string) => `x${key}`],
    ["two", (key: string) => `${key}${key}`],
    ["another system's", () => `ghp_${"a".repeat(36)}`],
    ["one in other letters", (key: string) => key.replace("gift_", "gıft_")],
  ])("is not %s", (_name, change) => {
    expect(parseKey(change(generateKey().key))).toBeUndefined();
  });
});

test("base 62 counts as people do, with zeros in front", () => {
  expect([0n, 61n, 62n, 62n ** 3n - 1n].map((value) => toBase62(value, 3))).toEqual(["000", "00z", "010", "zzz"]);
  expect(toBase62(2n ** 256n - 1n, 43)).toHaveLength(43);
  expect(62n ** 43n).toBeGreaterThan(2n ** 256n);
  expect(62n ** 6n).toBeGreaterThan(2n ** 32n);
});

test("what looks like a key in a text is cut down to its visible part", () => {
  const [first, second] = [generateKey(), generateKey()];
  const text = redactKeys(`GET /${first.key}?a=${second.key} gift_short`);
  expect(text).toBe(`GET /gift_${first.verifier.prefix}_…?a=gift_${second.verifier.prefix}_… gift_short`);
});

describe("what is left of a key is found, too", () => {
  const { key, verifier } = generateKey();
  const shown = `/gift_${verifier.prefix}_…`;

  test.each([
    ["without its checksum", key.slice(0, -6)],
    ["with 33 characters of its secret", key.slice(0, 47)],
    ["with something behind it", `${key}x`],
    ["with its underscores escaped", key.replaceAll("_", "%5F")],
    ["with one of them escaped, in small letters", key.replace("_", "%5f")],
    ["cut and escaped", key.slice(0, 50).replaceAll("_", "%5f")],
  ])("%s", (_name, text) => {
    expect(containsKey(text)).toBe(true);
    expect(redactKeys(`/${text}`)).toBe(shown);
    expect(parseKey(text)).toBeUndefined();
  });

  test.each([
    ["less of its secret", key.slice(0, 46)],
    ["its visible part", key.slice(0, 13)],
    ["a client's key for a send", "gift_2026-11-22_550e8400-e29b-41d4-a716-446655440000"],
    ["another client's, with nothing but letters and digits", "gift_20261122_550e8400e29b41d4a716446655440000"],
    ["another word with an end like it", key.replace("gift", "git")],
  ])("%s is none", (_name, text) => {
    expect(containsKey(text)).toBe(false);
    expect(redactKeys(text)).toBe(text);
  });

  test("in time that grows with the text only, whatever nearly is one", () => {
    const nearly = ["gift_", "gift_abcdefgh_", "gift_abcdefgh_abcdefghijklmno", "gift%5F", "a"];
    for (const part of nearly) {
      const text = part.repeat(1_000_000 / part.length);
      const startedAt = performance.now();
      expect(containsKey(text) || redactKeys(text) !== text).toBe(false);
      // A quadratic search of a megabyte would take minutes; this one takes 5 to 30 ms.
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    }
  });
});

describe("a verifier", () => {
  test("travels as prefix:hash", () => {
    const { verifier } = generateKey();
    expect(parseVerifier(encodeVerifier(verifier))).toEqual(verifier);
  });

  test.each(["", "abcdefgh", `abcdefg:${"0".repeat(64)}`, `abcdefgh:${"0".repeat(63)}`, `abcdefgh:${"Z".repeat(64)}`])(
    '"%s" is none',
    (text) => expect(parseVerifier(text)).toBeUndefined(),
  );

  test("a key is none, so it can't be stored in place of its hash", () => {
    expect(parseVerifier(generateKey().key)).toBeUndefined();
  });
});
