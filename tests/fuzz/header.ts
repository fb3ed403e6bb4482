import fc from "fast-check";

const long = (length: number) => "x".repeat(length);

/** What a head may have besides what the request needs: whole lines, since half of them are no headers. */
const lines = [
  ...[
    `idempotency-key: ${long(255)}`,
    `idempotency-key: ${long(256)}`,
    "idempotency-key: a b",
    "idempotency-key: \xe9",
  ],
  ...["idempotency-key:", 'idempotency-key: "', 'idempotency-key: "key-1"', "idempotency-key: '; drop table gifts; --"],
  ...["Idempotency-Key: key-2", "idempotency-key: key-1", "idempotency-key: %00", "idempotency-key: __proto__"],
  ...["content-type: application/json", "content-type: application/json; charset=utf-16", "content-type: text/plain"],
  ...["content-type: APPLICATION/JSON ;x", "content-type:", "content-type: ,", "content-type: multipart/form-data"],
  ...["content-type: application/x-www-form-urlencoded", "content-type: __proto__", "content-encoding: gzip"],
  ...["authorization: Bearer x", "authorization: Basic eDp5", "authorization:", "authorization: Bearer"],
  ...["expect: 100-continue", "expect: 200-ok", "expect:", "upgrade: websocket", "upgrade: h2c", "connection: upgrade"],
  ...["connection: close, upgrade", "connection: keep-alive", "connection: content-length", "keep-alive: timeout=0"],
  ...["http2-settings: AAMAAABkAARAAAAAAAIAAAAA", "trailer: x", "te: trailers", "via: 1.1 x", "max-forwards: 0"],
  ...["x-forwarded-proto: https", "x-forwarded-proto: https, http", "x-forwarded-for: ::1, x", "forwarded: for=x"],
  ...["x-http-method-override: DELETE", "x-original-url: /operator/dead-letters", "x-rewrite-url: /healthz"],
  ...["range: bytes=0-1", "if-none-match: *", "if-modified-since: x", "accept: text/html", "accept-encoding: x;q=z"],
  ...["origin: https://evil.example", "access-control-request-method: POST", "cookie: a=b; a=c", "cookie: \xff"],
  ...["traceparent: 00-zz-zz-01", "x-datadog-trace-id: 99999999999999999999999", "x-datadog-parent-id: -1"],
  ...["host: evil.example", "host: a/healthz?", "host: a/healthz", "host: a b", "host:", "host: [::1", "host: \xe9"],
  ...["host: a#b", "host: a@b", "host: a:99999", "host: %2f", "__proto__: x", "constructor: x", "x: a\0b", "x: a\rb"],
  ...[
    "x: a\nb: c",
    " folded: x",
    "\tfolded",
    "x : y",
    "no colon",
    ": no name",
    "x\0: y",
    "\xe9: y",
    "x: \x7f",
    "x: \xe9",
  ],
  ...["content-length: 0", "content-length: +1", "content-length: 1, 1", "content-length: -1", "content-length: 1e1"],
  ...["content-length: 99999999999999999999", "content-length: x", "content-length:", "Content-Length : 1"],
  ...["transfer-encoding: identity", "transfer-encoding: gzip", "transfer-encoding: xchunked", "transfer-encoding:"],
  ...["transfer-encoding: chunked, chunked", "transfer-encoding: chunked, identity", "transfer-encoding : chunked"],
  ...[`x: ${long(15_000)}`, `x: ${long(17_000)}`, `${long(17_000)}: x`, `cookie: ${"a=b; ".repeat(1_500)}`],
  ...[many(90), many(101), many(2_000)],
];

function many(count: number): string {
  return Array.from({ length: count }, (_, index) => `x-${index}: y`).join("\r\n");
}

/** Some of them, in any order, some twice. */
export const strangeLines: fc.Arbitrary<string[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<string[]>([]) },
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...lines), { minLength: 1, maxLength: 4 }) },
);
