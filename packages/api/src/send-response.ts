import type { SendResponse } from "@gift/core/send-request/send-response";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { acceptedSend } from "./schema/gift.schema.ts";

const checker = TypeCompiler.Compile(acceptedSend);

/**
 * The stored answer as an object, for Elysia to write again: text would be answered as text/plain, and a `Response`
 * costs 30 % of the throughput. Writing again yields the stored bytes, because `JSON.stringify` made them and `parse`
 * keeps every property in its order; tests/api/replay.test.ts holds it to that.
 * @param text as stored by an accepted send request
 */
export function readSendResponse(text: string): SendResponse {
  const value: unknown = JSON.parse(text);
  if (!checker.Check(value)) throw new Error("the stored answer of a send request is not one");
  return value;
}
