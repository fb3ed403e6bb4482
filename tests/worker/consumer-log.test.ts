import { randomUUID } from "node:crypto";
import { encodeSendMessage } from "@gift/core/send-request/send-message";
import { EntryFailedError, LeaseLostError } from "@gift/queue/error";
import { createConsumerLog } from "@gift/worker/consumer-log";
import { expect, test } from "vitest";
import { captureLog } from "./captured-log.ts";

const giftId = randomUUID();
const message = {
  id: "m-1",
  body: encodeSendMessage(giftId, "r-1"),
  attributes: {},
  receiveCount: 2,
  sentAt: new Date(),
};
const names = { consumer: "gift", gift_id: giftId, request_id: "r-1", message_id: "m-1", receive_count: 2 };

function observed() {
  const captured = captureLog();
  return { ...captured, observer: createConsumerLog(captured.log, "gift") };
}

test("a handler that fails unexpectedly is a line with the gift, the request and the stack", () => {
  const { observer, of } = observed();
  observer.failed?.(message, new RangeError("no"));
  const [line] = of("consumer.handler_failed");
  expect(line).toMatchObject({ ...names, status: "error", error_code: "RangeError", error_message: "no" });
  expect(line?.error_stack).toContain("RangeError");
});

test.each([
  ["is away", "ECONNREFUSED"],
  ["has no disk left", "53100"],
  ["is too slow", "57014"],
])("a handler that fails because Postgres %s is left to the circuit's one line, which says why", (_, code) => {
  const { observer, events, of } = observed();
  const err = Object.assign(new Error("connect"), { code });
  observer.failed?.(message, err);
  observer.circuitOpened?.({ reason: "unavailable", err });
  expect(events()).toEqual(["consumer.circuit_opened"]);
  expect(of("consumer.circuit_opened")).toMatchObject([
    { reason: "unavailable", error_code: code, error_message: "connect" },
  ]);
});

test("a lost lease says why when SQS did", () => {
  const { observer, of } = observed();
  const cause = new EntryFailedError({ code: "ReceiptHandleIsInvalid", senderFault: true, message: "expired" });
  observer.leaseLost?.(message, new LeaseLostError({ cause }));
  observer.leaseLost?.(message, new LeaseLostError());
  expect(of("consumer.lease_lost")).toMatchObject([
    { ...names, error_code: "ReceiptHandleIsInvalid" },
    { ...names, error_code: "LEASE_LOST" },
  ]);
});

test("an acknowledgement that was given up names the message", () => {
  const { observer, of } = observed();
  observer.acknowledgeFailed?.(message, new Error("socket hang up"));
  expect(of("consumer.acknowledge_failed")).toMatchObject([{ ...names, error_message: "socket hang up" }]);
});

test("a failed poll says when it is tried again", () => {
  const { observer, of } = observed();
  observer.pollFailed?.(new Error("ECONNREFUSED"), { retryAfterMilliseconds: 150.4 });
  expect(of("consumer.poll_failed")).toMatchObject([{ consumer: "gift", retry_after_milliseconds: 150 }]);
});

test("a closed circuit says how long it was open", () => {
  const { observer, of } = observed();
  observer.circuitClosed?.({ openMilliseconds: 10_000.7 });
  expect(of("consumer.circuit_closed")).toMatchObject([{ consumer: "gift", open_milliseconds: 10_001 }]);
});

test("a message that isn't ours is named by its id alone", () => {
  const { observer, of } = observed();
  observer.failed?.({ ...message, body: "hello" }, new Error("x"));
  expect(of("consumer.handler_failed")[0]).not.toHaveProperty("gift_id");
});
