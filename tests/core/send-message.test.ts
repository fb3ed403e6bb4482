import { parseIdempotencyKey } from "@gift/core/send-request/idempotency-key";
import { encodeSendMessage, parseSendMessage, sendQueue } from "@gift/core/send-request/send-message";
import { fleet } from "@gift/fleet/fleet";
import { expect, test } from "vitest";
import { unknownGiftId } from "./gift-in.ts";

const printable = Array.from({ length: 0x7e - 0x20 }, (_, index) => String.fromCharCode(0x21 + index)).join("");

test.each([
  ["a UUID", "1f1a1d3a-8e0d-4c62-9a44-c0ffee000001", "1f1a1d3a-8e0d-4c62-9a44-c0ffee000001"],
  ["one character", "k", "k"],
  ["every visible ASCII character", printable, printable],
  ["255 characters", "k".repeat(255), "k".repeat(255)],
  ["255 characters in quotes", `"${"k".repeat(255)}"`, "k".repeat(255)],
  ["one pair of quotes is stripped", '"key"', "key"],
  ["only one pair", '""key""', '"key"'],
  ["an opening quote alone belongs to the key", '"key', '"key'],
  ["a quote alone", '"', '"'],
])("idempotency key: %s", (_, header, key) => {
  expect(parseIdempotencyKey(header)).toBe(key);
});

test.each([
  ["missing", null],
  ["empty", ""],
  ["empty quotes", '""'],
  ["256 characters", "k".repeat(256)],
  ["a space", "two words"],
  ["a tab", "a\tb"],
  ["a line break at the end", "key\n"],
  ["NUL", "a\u0000"],
  ["DEL", "a\u007f"],
  ["not ASCII", "schlüssel"],
])("no idempotency key: %s", (_, header) => {
  expect(parseIdempotencyKey(header)).toBeUndefined();
});

test("a message's body is exactly its two fields, and reads back", () => {
  const body = encodeSendMessage(unknownGiftId, printable);
  expect(body).toBe(`{"gift_id":"${unknownGiftId}","request_id":${JSON.stringify(printable)}}`);
  expect(parseSendMessage(body)).toEqual({ gift_id: unknownGiftId, request_id: printable });
});

test.each([
  ["no JSON", "{"],
  ["null", "null"],
  ["a list", "[]"],
  ["no gift", '{"request_id":"r"}'],
  ["no request", `{"gift_id":"${unknownGiftId}"}`],
  [
    "an id in capitals, which Postgres would print otherwise",
    `{"gift_id":"${"A".repeat(8)}-0000-7000-8000-000000000000","request_id":"r"}`,
  ],
  ["an empty request", `{"gift_id":"${unknownGiftId}","request_id":""}`],
  ["a request that Postgres can't store", `{"gift_id":"${unknownGiftId}","request_id":"\\u0000"}`],
  ["a request longer than the column", `{"gift_id":"${unknownGiftId}","request_id":"${"r".repeat(256)}"}`],
  ["another field", `{"gift_id":"${unknownGiftId}","request_id":"r","amount":1}`],
])("not a send message: %s", (_, body) => {
  expect(parseSendMessage(body)).toBeUndefined();
});

test("sends travel on a queue of the fleet", () => {
  expect(fleet.queues).toHaveProperty(sendQueue);
});
