import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { sql } from "kysely";
import { createObserverClient } from "../system/queue-depth.ts";
import type { Scenario } from "./scenario.ts";
import type { Scene } from "./scene.ts";

/** Every attempt of the first send request fails; after the cause is gone, the redrive's first one works. */
const poisonedGift = "test:fail-first-5";

export const poisonMessage: Scenario = {
  name: "poison-message",
  injected: "gifts whose every attempt fails, and a message nobody can read",
  shows: "they end as dead letters without holding up the others, and are redriven or discarded",
  expects: ["dead-letter-gift-dead-letters", "slo-dead-letters"],
  async inject({ system, load, thresholdOf }) {
    const client = createObserverClient(new URL(system.queueUrls.gift).origin);
    try {
      await client.send(new SendMessageCommand({ QueueUrl: system.queueUrls.gift, MessageBody: "not a send message" }));
    } finally {
      client.destroy();
    }
    load.sayOnGifts(poisonedGift);
    await load.burst(thresholdOf("dead-letter-gift-dead-letters") + 1);
    load.sayOnGifts(undefined);
  },
  async repair(scene) {
    await scene.until("every poisoned gift to be a dead letter", async () => (await deadOrAlive(scene)) === 0);
    await scene.operate("dead-letters", "list", "--limit", "3");
    await scene.operate("dead-letters", "discard", "--all", "--error-code", "UNPARSABLE_MESSAGE", "--yes");
    await scene.operate("dead-letters", "redrive", "--all");
  },
};

/** Poisoned gifts whose dead letter isn't recorded yet. */
async function deadOrAlive({ system: { database } }: Scene): Promise<number> {
  const { rows } = await sql<{ gifts: number }>`
    select count(*)::int as gifts from gifts
    where message = ${poisonedGift} and status in ('QUEUED', 'FAILED')
      and not exists (select from dead_letters where dead_letters.gift_id = gifts.id)`.execute(database);
  return rows[0]?.gifts ?? 0;
}
