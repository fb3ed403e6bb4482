import { randomUUID } from "node:crypto";
import type { AcceptedKey } from "../load/answers.ts";
import type { Attempt } from "./attempt.ts";

/** Begins the idempotency keys of sends that must not be accepted: the audit finds them where one was. */
export const forbiddenKeyPrefix = "forbidden-";

/** What can be asked about a gift: to be shown it, its accepted send's answer once more, and another send. */
export function attemptsOn({ giftId, key }: AcceptedKey): readonly [show: Attempt, replay: Attempt, send: Attempt] {
  const path = `/gifts/${giftId}`;
  const send = (does: string, idempotencyKey: string): Attempt => ({
    does,
    method: "POST",
    path: `${path}/send`,
    headers: { "idempotency-key": idempotencyKey },
  });
  return [{ does: "show", method: "GET", path }, send("replay", key), send("send", forbiddenKeyPrefix + randomUUID())];
}
