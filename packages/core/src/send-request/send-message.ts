import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { giftIdPattern } from "../gift/gift-id.ts";
import { idempotencyKeyPattern } from "./idempotency-key.ts";

/** The fleet's name of the queue that carries sends. */
export const sendQueue = "gift";

const schema = Type.Object(
  // The key's own pattern: anything else, NUL above all, is a body that Postgres may refuse, and refuse again.
  { gift_id: Type.String({ pattern: giftIdPattern }), request_id: Type.String({ pattern: idempotencyKeyPattern }) },
  { additionalProperties: false },
);
const checker = TypeCompiler.Compile(schema);

export type SendMessage = Static<typeof schema>;

/** The message's body, exactly `{"gift_id":"…","request_id":"…"}`. */
export function encodeSendMessage(giftId: string, requestId: string): string {
  return JSON.stringify({ gift_id: giftId, request_id: requestId } satisfies SendMessage);
}

/**
 * Reads a message's body.
 * @returns the message, or undefined when the body is not one of ours
 */
export function parseSendMessage(body: string): SendMessage | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return checker.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
