import { discardDeadLetter } from "@gift/core/dead-letter/discard";
import { listDeadLetterIds } from "@gift/core/dead-letter/find";
import { foreseeRedrive } from "@gift/core/dead-letter/foresee-redrive";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { redriveDeadLetter, redriveGift } from "@gift/core/dead-letter/redrive";
import { encodeSendMessage } from "@gift/core/send-request/send-message";
import { expect, test } from "vitest";
import { deadMessage, everything, giftIn, unknownGiftId } from "../core/gift-in.ts";
import { useTestDatabase } from "../support/database.ts";

const own = useTestDatabase();

test("what is foreseen is what a redrive then does, for every kind of dead letter, and foreseeing changes nothing", async () => {
  const record = (body: string) => recordDeadLetter(own.db, deadMessage(body));
  await record((await giftIn(own.db, "FAILED")).body);
  await record((await giftIn(own.db, "SENT")).body);
  await record((await giftIn(own.db, "CREATED")).body);
  await record("nonsense");
  await record(encodeSendMessage(unknownGiftId, "key"));
  const overtaken = await giftIn(own.db, "FAILED");
  await record(overtaken.body);
  await record((await giftIn(own.db, "FAILED")).body);
  await own.db.transaction().execute((trx) => redriveGift(trx, { giftId: overtaken.id, operator: "ann" }));
  await record(overtaken.body);
  const ids = await listDeadLetterIds(own.db, {});
  await discardDeadLetter(own.db, { id: ids.at(-2) ?? "", operator: "ann" });

  const before = await everything(own.db);
  const foreseen = await foreseeRedrive(own.db, [...ids, "999999"]);
  expect(await everything(own.db)).toEqual(before);

  const done = new Map<string, string>();
  for (const id of ids) {
    const outcome = await own.db.transaction().execute((trx) => redriveDeadLetter(trx, { id, operator: "ann" }));
    done.set(id, outcome.kind);
  }
  expect(foreseen).toEqual(done);
  expect(new Set(done.values())).toEqual(new Set(["redriven", "not_failed", "resolved_before"]));
});
