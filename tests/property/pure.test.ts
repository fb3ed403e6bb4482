import { idempotencyKeyPattern, parseIdempotencyKey } from "@gift/core/send-request/idempotency-key";
import { encodeSendMessage, parseSendMessage } from "@gift/core/send-request/send-message";
import { backoffSeconds, callBackoffMilliseconds, longestInvisibilitySeconds } from "@gift/queue/backoff";
import { resultsOf } from "@gift/queue/batch-entry";
import { byteLengthOf, mostBytes, splitBySize } from "@gift/queue/message-size";
import { Pace } from "@gift/queue/pace";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { check, seed } from "./check.ts";

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const header = fc.oneof(fc.string({ maxLength: 300 }), fc.string({ unit: "binary", maxLength: 10 }));
const key = fc.stringMatching(/^[!-~]{1,255}$/);

describe(`backoff (seed ${seed})`, () => {
  test("is a whole number of seconds that SQS takes, from half of the grown delay to all of it", () =>
    check(
      fc.property(
        fc.record({
          baseSeconds: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1_000, noNaN: true })),
          factor: fc.double({ min: 1, max: 10, noNaN: true }),
          capSeconds: fc.double({ min: 0, max: 100_000, noNaN: true }),
        }),
        fc.integer({ min: 0, max: 2_000 }),
        random,
        (backoff, receiveCount, draw) => {
          const seconds = backoffSeconds(backoff, receiveCount, draw);
          const growth = backoff.factor ** (Math.max(1, receiveCount) - 1);
          const grown = backoff.baseSeconds === 0 ? 0 : backoff.baseSeconds * growth;
          const full = Math.min(grown, backoff.capSeconds, longestInvisibilitySeconds);
          expect(Number.isInteger(seconds)).toBe(true);
          expect(seconds).toBeGreaterThanOrEqual(full / 2);
          expect(seconds).toBeLessThanOrEqual(Math.max(full, Math.ceil(full / 2)));
        },
      ),
      1_000,
    ));

  test("of a failed call is from 100 ms to 10 s, and grows with the failures", () =>
    check(
      fc.property(fc.integer({ min: 1, max: 10_000 }), random, (failures, draw) => {
        const pause = callBackoffMilliseconds(failures, draw);
        expect(pause).toBeGreaterThanOrEqual(100);
        expect(pause).toBeLessThanOrEqual(10_000);
        expect(callBackoffMilliseconds(failures + 1, draw)).toBeGreaterThanOrEqual(pause);
      }),
      1_000,
    ));
});

describe(`idempotency keys (seed ${seed})`, () => {
  test("a key is read as it is, and with one pair of quotes around it", () =>
    check(
      fc.property(key, (text) => {
        const isQuoted = text.length >= 2 && text.startsWith('"') && text.endsWith('"');
        if (!isQuoted) expect(parseIdempotencyKey(text)).toBe(text);
        expect(parseIdempotencyKey(`"${text}"`)).toBe(text);
      }),
      1_000,
    ));

  test("whatever a header holds, what is read from it is a key or nothing", () =>
    check(
      fc.property(header, (text) => {
        const parsed = parseIdempotencyKey(text);
        const isKey = (each: string) => new RegExp(idempotencyKeyPattern).test(each);
        const unquoted = text.slice(1, -1);
        if (parsed === undefined) expect(isKey(text) && !isKey(unquoted) && !text.startsWith('"')).toBe(false);
        else {
          expect(isKey(parsed)).toBe(true);
          expect([text, unquoted]).toContain(parsed);
        }
      }),
      1_000,
    ));
});

describe(`messages (seed ${seed})`, () => {
  test("a send message is read as it was written, and a changed one is refused or another message", () =>
    check(
      fc.property(
        fc.uuid(),
        key,
        fc.nat(),
        fc.string({ unit: "binary-ascii", maxLength: 3 }),
        (giftId, requestId, at, inserted) => {
          const body = encodeSendMessage(giftId, requestId);
          expect(parseSendMessage(body)).toEqual({ gift_id: giftId, request_id: requestId });
          const position = at % body.length;
          const changed = parseSendMessage(body.slice(0, position) + inserted + body.slice(position + 1));
          if (changed)
            expect(Object.keys(changed).toSorted((one, other) => (one < other ? -1 : 1))).toEqual([
              "gift_id",
              "request_id",
            ]);
        },
      ),
      1_000,
    ));

  test("any text as a body is a send message or refused, and never an exception", () =>
    check(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (body) => {
        const parsed = parseSendMessage(body);
        if (parsed) expect(parsed.request_id).toMatch(new RegExp(idempotencyKeyPattern));
      }),
      1_000,
    ));
});

describe(`size splitting (seed ${seed})`, () => {
  const items = fc.array(fc.oneof(fc.nat({ max: 1_000 }), fc.integer({ min: 0, max: mostBytes + 10 })), {
    maxLength: 30,
  });

  test("loses nothing, keeps the order, and fills each part as far as it goes", () =>
    check(
      fc.property(items, (sizes) => {
        const parts = splitBySize(sizes, (size) => size);
        const sum = (part: readonly number[]) => part.reduce((total, size) => total + size, 0);
        expect(parts.flat()).toEqual(sizes);
        for (const [index, part] of parts.entries()) {
          expect(part.length).toBeGreaterThan(0);
          if (part.length > 1) expect(sum(part)).toBeLessThanOrEqual(mostBytes);
          const [next] = parts[index + 1] ?? [];
          if (next !== undefined) expect(sum(part) + next).toBeGreaterThan(mostBytes);
        }
      }),
      1_000,
    ));

  test("a message's bytes are those of its UTF-8 texts and of the word String per attribute", () =>
    check(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.dictionary(fc.string(), fc.string({ unit: "grapheme" })),
        (body, attributes) => {
          const texts = Object.entries(attributes).flatMap(([name, value]) => [name, value, "String"]);
          expect(byteLengthOf({ body, attributes })).toBe(new TextEncoder().encode(body + texts.join("")).length);
        },
      ),
      1_000,
    ));
});

test(`each entry of a batch call has one result, whatever SQS answers (seed ${seed})`, () =>
  check(
    fc.property(
      fc.integer({ min: 1, max: 10 }),
      fc.array(fc.nat({ max: 12 })),
      fc.array(fc.record({ id: fc.nat({ max: 12 }), isFault: fc.boolean() })),
      (count, successful, failed) => {
        const Failed = failed.map(({ id, isFault }) => ({ Id: String(id), Code: "Code", SenderFault: isFault }));
        const output = { Successful: successful.map((id) => ({ Id: String(id) })), Failed };
        const results = resultsOf(count, output);
        expect(results).toHaveLength(count);
        for (const [index, { status }] of results.entries()) {
          const isDone = successful.includes(index) && !failed.some(({ id }) => id === index);
          expect(status).toBe(isDone ? "fulfilled" : "rejected");
        }
      },
    ),
    1_000,
  ));

test(`the pause between polls is at most a second, and empty answers at once never make a busy loop (seed ${seed})`, () =>
  check(
    fc.property(
      fc.array(
        fc.record({
          asked: fc.integer({ min: 1, max: 10 }),
          received: fc.nat({ max: 10 }),
          took: fc.nat({ max: 20_000 }),
        }),
      ),
      (polls) => {
        const pace = new Pace();
        let now = 1_000;
        let hastyEmpties = 0;
        for (const { asked, received, took } of polls) {
          const startedAt = now;
          const pause = pace.pauseAfter({
            asked,
            received: Math.min(asked, received),
            startedAt,
            endedAt: startedAt + took,
          });
          expect(pause).toBeGreaterThanOrEqual(0);
          expect(pause).toBeLessThanOrEqual(1_000);
          hastyEmpties = received === 0 && took < 100 ? hastyEmpties + 1 : 0;
          if (hastyEmpties > 7) expect(pause).toBe(1_000);
          now = startedAt + took + pause;
        }
      },
    ),
    1_000,
  ));
