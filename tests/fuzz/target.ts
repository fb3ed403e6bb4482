import fc from "fast-check";
import { operations } from "./contract.ts";

/** Ids that exist in the database that is fired at. */
export interface KnownIds {
  readonly giftIds: readonly string[];
  readonly letterId: string;
}

export interface Aim {
  readonly method: string;
  readonly target: string;
}

const strangeMethods = [
  ...["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "QUERY", "M-SEARCH"],
  ...["BREW", "get", "", "GET GET", "PRI", "\0", "G\tT", "X".repeat(5_000)],
];

const strangeSegments = [
  ...["x", "0", "1", "-1", "999999999999999999", "1000000000000000000", "1e3", "00000000-0000-0000-0000-000000000000"],
  ...["%00", "%2e%2e", "..", ".", "%2F", "..%2f..%2fetc%2fpasswd", "%", "%zz", "%c0%af", "%ff", "%F0%9F%8E%81", "a b"],
  ...["'", "';--", "%27%20or%201=1", "[object Object]", "__proto__", "constructor", "*", "{gift_id}", ":gift_id", "~"],
  ...["x".repeat(2_000), "%41".repeat(1_500), "%", "a%0d%0aset-cookie:%20b", "null", "undefined", "\xe9"],
];

/** Paths that lead nowhere, or somewhere by a trick. */
const strangePaths = [
  ...["/", "//", "///", "/.", "/..", "/../../etc/passwd", "/./gifts", "/gifts/", "//gifts", "/GIFTS", "/gifts//send"],
  ...[
    "/healthz/..",
    "/healthz/../gifts",
    "/healthz%2f..%2fgifts",
    "/healthz;/gifts",
    "/healthz?/../gifts",
    "/healthz/",
  ],
  ...[
    "/%67ifts",
    "/gifts%3f",
    "/gifts#x",
    "/gifts\\",
    "/operator",
    "/operator/",
    "/operator/dead-letters/..",
    "/readyz/x",
  ],
  ...[
    "/docs/../src/main.ts",
    "/docs/%2e%2e/package.json",
    "/docs/page.css",
    "/docs/x",
    "/openapi.json?x",
    "/favicon.ico",
  ],
  ...["*", "", "gifts", "?", "http://api/gifts", "http://api", "http://", "HTTP://API/healthz", "http://a@b:1/gifts"],
  ...["http://[::1/gifts", "http://api/healthz/../gifts", "javascript:alert(1)", "ftp://api/gifts", "api:443", "/\x7f"],
  ...[
    `/${"a".repeat(15_000)}`,
    `/${"a".repeat(17_000)}`,
    `/${"../".repeat(3_000)}gifts`,
    "/gifts ",
    "/\u0001",
    "/a b c",
  ],
];

const queryNames = [
  ...["state", "gift_id", "error_code", "fingerprint", "created_after", "created_before", "after", "limit"],
  ...["__proto__", "constructor", "", "limit[]", "limit[a]", "x", "%00", "State"],
];

const queryValues = [
  ...[
    "",
    "OPEN",
    "ANY",
    "open",
    "1",
    "0",
    "100",
    "101",
    "1e2",
    "+1",
    "%31",
    "999999999999999999",
    "1000000000000000000",
  ],
  ...["PROVIDER_FAILED", "a,b", "%00", "%ff", "%zz", "[]", "{}", "null", "0123456789ab", "x".repeat(3_000), "%F0%9F"],
  ...["0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-13-01T00:00:00Z", "2026-01-31T08:00:00%2B00:00"],
  ...["0001-01-01T00:00:00.000000001Z", "2026-01-31T08:00:00+99:99", "';--", "00000000-0000-7000-8000-000000000000"],
];

const query = fc
  .array(fc.tuple(fc.constantFrom(...queryNames), fc.constantFrom(...queryValues)), { maxLength: 4 })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join("&"));

/**
 * What a request is about: mostly one of the document's operations, with ids that exist, that don't, and that are none.
 */
export function aimOf({ giftIds, letterId }: KnownIds): fc.Arbitrary<Aim> {
  const gift = fc.constantFrom(...giftIds);
  const segment = fc.oneof(
    { weight: 8, arbitrary: gift },
    { weight: 4, arbitrary: fc.constant(letterId) },
    { weight: 2, arbitrary: gift.chain((id) => fc.constantFrom(id.toUpperCase(), `${id}x`)) },
    { weight: 46, arbitrary: fc.constantFrom("00000000-0000-7000-8000-000000000000", "123456", ...strangeSegments) },
  );
  const aim = fc
    .tuple(fc.constantFrom(...operations), segment)
    .map(([{ method, path }, id]) => ({ method, target: path.replace(/\{\w+\}/, () => id) }));
  const asked = fc.tuple(aim, query).map(([{ method, target }, rest]) => ({ method, target: `${target}?${rest}` }));
  const strange = fc.record({ method: fc.constantFrom("GET", "POST"), target: fc.constantFrom(...strangePaths) });
  const usual = fc.oneof(
    { weight: 6, arbitrary: aim },
    { weight: 3, arbitrary: asked },
    { weight: 2, arbitrary: strange },
  );
  const unusual = fc.tuple(usual, fc.constantFrom(...strangeMethods));
  return fc.oneof(
    { weight: 6, arbitrary: usual },
    { weight: 1, arbitrary: unusual.map(([{ target }, method]) => ({ method, target })) },
  );
}
