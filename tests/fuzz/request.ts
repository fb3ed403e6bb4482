import fc from "fast-check";
import { body } from "./body.ts";
import type { FiredAt } from "./fired-at.ts";
import { strangeLines } from "./header.ts";
import { aimOf } from "./target.ts";
import type { Sent } from "./wire.ts";

export interface FuzzRequest extends Sent {
  readonly target: string;
  /** Whether it carries a key that this API has issued. */
  readonly hasKey: boolean;
  /** How it must be answered, where that is known. */
  readonly statuses?: readonly number[];
}

const versions = fc.oneof(
  { weight: 12, arbitrary: fc.constant("HTTP/1.1") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/9.9", "HTTP/1.", "HTP/1.1", "", "x"),
  },
);

/** How the body's length is told; the first two are right. */
const framings = fc.oneof(
  { weight: 8, arbitrary: fc.constant("length") },
  { weight: 2, arbitrary: fc.constant("chunked") },
  {
    weight: 2,
    arbitrary: fc.constantFrom("short", "long", "twice", "both", "none", "bad chunk", "no last chunk", "trailers"),
  },
);

/**
 * A request in bytes as hardly anybody means it, with what it names and claims.
 * @param fired whose ids and keys it knows
 */
export function strangeTo({ giftIds, letterId, keys }: FiredAt): fc.Arbitrary<FuzzRequest> {
  const right = [`authorization: ${keys.client}`, `authorization: ${keys.operator}`];
  const key = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.constantFrom("", `authorization: ${keys.client}x`, `authorization: ${keys.client}, x`) },
  );
  return fc
    .record({
      ...{ aim: aimOf({ giftIds, letterId }), version: versions, key, lines: strangeLines },
      ...{ body, framing: framings, isMeant: fc.nat(3).map((die) => die > 0), isHostFirst: fc.boolean() },
    })
    .map(({ aim: { method, target }, version, key: keyLine, lines, body: content, framing, isMeant, isHostFirst }) => {
      const meant = isMeant ? ["content-type: application/json", "idempotency-key: key-1"] : [];
      const hasBody = method !== "GET" || lines.length > 2;
      const framed = hasBody ? frame(content, framing) : { lines: [], bytes: Buffer.alloc(0) };
      const own = ["host: api", ...(keyLine === "" ? [] : [keyLine]), ...meant, ...framed.lines];
      const head = [`${method} ${target} ${version}`, ...(isHostFirst ? [...own, ...lines] : [...lines, ...own])];
      const bytes = Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), framed.bytes]);
      const isHalfClosed = !isWhole(framing, lines);
      return named({ method, target, bytes, hasKey: right.includes(keyLine), isHalfClosed });
    });
}

/** One that may never be whole is half-closed, so that the server needn't wait for the rest until its own timeout. */
function isWhole(framing: string, lines: readonly string[]): boolean {
  const isAboutLength = lines.some((line) => /^(content-length|transfer-encoding|x: a\nb)/i.test(line));
  return ["length", "chunked", "short", "none", "trailers", "twice", "bad chunk"].includes(framing) && !isAboutLength;
}

function frame(content: Buffer, framing: string): { lines: string[]; bytes: Buffer } {
  const length = (difference: number) => `content-length: ${Math.max(0, content.length + difference)}`;
  const chunks = (end: string) => Buffer.concat([Buffer.from(chunkHead(content)), content, Buffer.from(end)]);
  const isEmpty = content.length === 0;
  const chunked = "transfer-encoding: chunked";
  if (framing === "chunked")
    return { lines: [chunked], bytes: isEmpty ? Buffer.from("0\r\n\r\n") : chunks("\r\n0\r\n\r\n") };
  if (framing === "short") return { lines: [length(-1)], bytes: content };
  if (framing === "long") return { lines: [length(7)], bytes: content };
  if (framing === "twice") return { lines: [length(0), length(1)], bytes: content };
  if (framing === "both") return { lines: [chunked, length(0)], bytes: chunks("\r\n0\r\n\r\n") };
  if (framing === "none") return { lines: [], bytes: content };
  if (framing === "bad chunk") return { lines: [chunked], bytes: Buffer.concat([Buffer.from("zz\r\n"), content]) };
  if (framing === "no last chunk") return { lines: [chunked], bytes: chunks("\r\n") };
  if (framing === "trailers") return { lines: [chunked], bytes: chunks("\r\n0\r\nauthorization: x\r\n\r\n") };
  return { lines: [length(0)], bytes: content };
}

const chunkHead = (content: Buffer) => `${content.length.toString(16)}\r\n`;

/** The request as a failing case is to print it. */
export function named(request: FuzzRequest): FuzzRequest {
  return Object.assign(request, { [fc.toStringMethod]: () => show(request) });
}

/** Enough of a request to know it again. */
export function show({ bytes }: Pick<FuzzRequest, "bytes">): string {
  return JSON.stringify(bytes.toString("latin1").slice(0, 600));
}
