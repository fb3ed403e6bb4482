import fc from "fast-check";

/**
 * JSON texts at every edge of what a field may be: written down as text, since `JSON.stringify` can't write most of
 * them.
 */
const edges = [
  ...["0", "-0", "1", "1.0", "1e0", "1.5", "-1", "2147483647", "2147483648", "4294967297", "9007199254740993"],
  ...["1e400", "-1e400", "1e-400", "1E+2", "100", "101", "00", "0x1", "NaN", "Infinity", "null", "true", "false", "[]"],
  ...["{}", '""', '"1"', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\u2028"', '["1"]', '[1,"1"]', '["1","1"]'],
  ...['{"__proto__":null}', '{"constructor":{"prototype":{}}}', '{"length":1}', '{"toString":1}', '"[object Object]"'],
  ...[`"${"x".repeat(500)}"`, `"${"x".repeat(501)}"`, `"${"🎁".repeat(500)}"`, `"${"\\ud83c\\udf81".repeat(501)}"`],
  ...['"0000-01-01T00:00:00Z"', '"9999-12-31T23:59:59+23:59"', '"2026-02-30T00:00:00Z"', '"2026-01-31T24:00:00Z"'],
  ...[
    '"999999999999999999"',
    '"\'; drop table gifts; --"',
    '"%00"',
    '"../../etc/passwd"',
    `[${'"1",'.repeat(100)}"1"]`,
  ],
];

const names = [
  ...["amount", "message", "ids", "filter", "limit", "dry_run", "gift_id", "error_code", "fingerprint"],
  ...["created_after", "created_before", "state", "after", "__proto__", "constructor", "prototype", "toString"],
  ...["hasOwnProperty", "then", "toJSON", "", "Amount", "amount ", "\\u0061mount", "a/b", "~0", "\\u0000", "\\ud800"],
];

const deep = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels);

/** Whole bodies that say nothing. */
const oddities = [
  ...["", " ", "{", "}", "{}", "[]", "null", '"', "\\", "{]", "[,]", '{"amount":}', '{"amount":1,}', "{amount:1}"],
  ...["{'amount':1}", "/**/{}", '{"amount":1}{"amount":1}', '{"amount":1}\0', '\ufeff{"amount":1}', '{"amount":1}//'],
  ...[deep("[", "]", 8_000), deep('{"a":', "}", 2_700), "[".repeat(16_000), deep('{"filter":', "}", 1_400)],
  ...[`{"amount":1,"message":"${"x".repeat(16_349)}"}`, " ".repeat(16_384), " ".repeat(16_385), "x".repeat(100_000)],
  ...[`{${Array.from({ length: 1_500 }, (_, index) => `"${index}":0`).join(",")}}`, `{"amount":${"9".repeat(16_000)}}`],
];

/** Bytes that are in no UTF-8 text: alone, cut off, overlong, a surrogate, beyond the last character. */
const noText = [[0xff], [0xf0, 0x9f, 0x8e], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xfe, 0xff]];

const value = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...edges) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)) },
);

/** With names twice and in every order: what a parser makes of them, a check must see too. */
const fields = fc
  .array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 5 })
  .map((entries) => `{${entries.map(([name, text]) => `"${name}":${text}`).join(",")}}`);

/** One that would be right but for one field. */
const nearlyRight = fc.oneof(
  fc.integer({ min: 1, max: 2_147_483_647 }).map((amount) => `{"amount":${amount}}`),
  value.map((text) => `{"amount":${text}}`),
  value.map((text) => `{"amount":1,"message":${text}}`),
  value.map((text) => `{"ids":${text},"dry_run":true}`),
  fc.tuple(fc.constantFrom(...names), value).map(([name, text]) => `{"filter":{"${name}":${text}},"dry_run":true}`),
  value.map((text) => `{"filter":{},"limit":${text},"dry_run":true}`),
);

const spoiled = fc
  .tuple(fields, fc.nat(), fc.constantFrom(...noText))
  .map(([text, at, bytes]) => splice(Buffer.from(text), at, Buffer.from(bytes)));

function splice(body: Buffer, at: number, bytes: Buffer): Buffer {
  const position = at % (body.length + 1);
  return Buffer.concat([body.subarray(0, position), bytes, body.subarray(position)]);
}

/** A body as nobody means it, or nearly as somebody does. */
export const body: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 4, arbitrary: nearlyRight.map((text) => Buffer.from(text)) },
  { weight: 3, arbitrary: fields.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.constantFrom(...oddities).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: spoiled },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
);
