import { callSeconds, definiteErrors, providerSeconds } from "@gift/core/send-attempt/effect";
import { sendErrors } from "@gift/core/send-attempt/send-error";
import { fleet } from "@gift/fleet/fleet";
import { HandlerTimeoutError } from "@gift/queue/error";
import { reactions, SendError, toSendError } from "@gift/worker/sender/sender.errors";
import { expect, test } from "vitest";

test("every code has a kind with a reaction, and a message that fits a client", () => {
  for (const [code, { kind, message }] of Object.entries(sendErrors)) {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(reactions[kind]).toMatch(/^(retry|fail)$/);
    expect(message).not.toMatch(/ at |\n/);
  }
});

test("only what another attempt can't mend fails at once", () => {
  const permanent = Object.entries(sendErrors).filter(([, { kind }]) => reactions[kind] === "fail");
  expect(permanent.map(([code]) => code)).toEqual(["PROVIDER_REFUSED"]);
});

test("what a redrive needn't wait for is what leaves no effect, and a message says when it may have", () => {
  expect(definiteErrors).toEqual(["PROVIDER_UNAVAILABLE", "PROVIDER_REFUSED"]);
  for (const { effect, message } of Object.values(sendErrors))
    if (message.includes("may have taken effect")) expect(effect).toBe("unknown");
});

test("a redrive waits for a whole attempt, and as long again for the provider", () => {
  const { handlerTimeoutSeconds } = fleet.services.gift;
  expect(callSeconds).toBeGreaterThanOrEqual(handlerTimeoutSeconds);
  expect(providerSeconds).toBeGreaterThanOrEqual(handlerTimeoutSeconds);
});

test("a sender's own error keeps its code", () => {
  const err = new SendError("PROVIDER_REFUSED");
  expect(toSendError(err)).toBe(err);
});

test("the handler's timeout is the provider's timeout", () => {
  const cause = new HandlerTimeoutError(25);
  expect(toSendError(cause)).toMatchObject({ code: "PROVIDER_TIMEOUT", kind: "transient", cause });
});

test.each([new TypeError("x"), "text", undefined])("%s is unexpected, transient, and keeps its cause", (cause) => {
  expect(toSendError(cause)).toMatchObject({ code: "SENDER_FAILED", kind: "transient", cause });
});
