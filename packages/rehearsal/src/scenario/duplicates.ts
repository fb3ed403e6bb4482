import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from "@aws-sdk/client-sqs";
import { sql } from "kysely";
import { createObserverClient } from "../system/queue-depth.ts";
import type { Scenario } from "./scenario.ts";
import type { Scene } from "./scene.ts";

/** Long enough in hand for a copy to be handled at the same moment. */
const slowGift = "test:slow-800";
const gifts = 60;
const copies = 3;
/** Most entries of one SendMessageBatch. */
const batchSize = 10;

export const duplicates: Scenario = {
  name: "duplicates",
  injected: "three copies of every message, in any order",
  shows: "copies of a send in hand and of a finished one are recognized: the provider performs it once",
  expects: [],
  async inject(scene) {
    scene.load.sayOnGifts(slowGift);
    await scene.load.burst(gifts);
    scene.load.sayOnGifts(undefined);
    const bodies = await readMessages(scene);
    scene.say(`${bodies.length * copies} copies of ${bodies.length} messages, shuffled`);
    const client = createObserverClient(new URL(scene.system.queueUrls.gift).origin);
    try {
      await sendAll(client, scene.system.queueUrls.gift, shuffled(Array(copies).fill(bodies).flat(), scene));
    } finally {
      client.destroy();
    }
  },
  repair: ({ step }) => step("nothing to do", async () => undefined),
};

/** The messages of the newest send requests, as the outbox would write them: some in hand, some finished. */
async function readMessages({ system: { database } }: Scene): Promise<readonly string[]> {
  const { rows } = await sql<{ gift_id: string; request_id: string }>`
    select gift_id, request_id from send_requests order by created_at desc limit ${3 * gifts}`.execute(database);
  return rows.map((row) => JSON.stringify(row));
}

/** Fisher and Yates. */
function shuffled(bodies: readonly string[], { random }: Scene): readonly string[] {
  const cards = [...bodies];
  for (let last = cards.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const card = cards[last] ?? "";
    cards[last] = cards[other] ?? "";
    cards[other] = card;
  }
  return cards;
}

async function sendAll(client: SQSClient, queueUrl: string, bodies: readonly string[]): Promise<void> {
  const entries = bodies.map((body, index): SendMessageBatchRequestEntry => ({ Id: `${index}`, MessageBody: body }));
  while (entries.length > 0)
    await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries.splice(0, batchSize) }));
}
