import { parseGiftId } from "@gift/core/gift/gift-id";
import { encodeSendMessage, parseSendMessage } from "@gift/core/send-request/send-message";
import { expect, test } from "vitest";

const id = "01a2015d-cc52-7db5-ae7c-b3bfa51a964b";

test("a gift id is read in either case and kept in lower case", () => {
  expect(parseGiftId(id)).toBe(id);
  expect(parseGiftId(id.toUpperCase())).toBe(id);
});

test.each(["", "1", ` ${id}`, `${id}\n`, id.replaceAll("-", ""), `{${id}}`, id.replace("0", "g"), `${id}0`])(
  "%j is no gift id",
  (text) => {
    expect(parseGiftId(text)).toBeUndefined();
  },
);

test("a message carries it in lower case only", () => {
  expect(parseSendMessage(encodeSendMessage(id, "one"))).toEqual({ gift_id: id, request_id: "one" });
  expect(parseSendMessage(encodeSendMessage(id.toUpperCase(), "one"))).toBeUndefined();
});
