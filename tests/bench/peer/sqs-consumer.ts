/**
 * sqs-consumer, 10 messages per receive. Arguments: queue URL, `message` or `batch`, consumers, handler or `update`
 * with the database's connection. A batch of `update` is one UPDATE of all its gifts to SENT.
 */
import { once } from "node:events";
import { type Message, SQSClient } from "@aws-sdk/client-sqs";
import { Pool } from "pg";
import { Consumer } from "sqs-consumer";
import { countCalls } from "../process/count-calls.ts";
import { createHandler, handlerKinds } from "../process/handler.ts";
import { obey } from "../process/obey.ts";

const [queueUrl = "", mode, consumers, kind, connection] = process.argv.slice(2);
const sqs = new SQSClient({ requestHandler: { httpAgent: { keepAlive: true, maxSockets: 64 } } });
const calls = countCalls(sqs);
const { handle, handled } = createHandler(handlerKinds.find((known) => known === kind) ?? "none");
const pool = connection === undefined ? undefined : new Pool({ ...JSON.parse(connection), max: 10 });
let updated = 0;

async function update(messages: readonly Message[]): Promise<void> {
  const sends: { gift_id: string; request_id: string }[] = messages.map(({ Body = "" }) => JSON.parse(Body));
  await pool?.query({
    name: "sent",
    text: `update gifts set status = 'SENT', last_error = null, updated_at = now()
      from unnest($1::uuid[], $2::text[]) as send (id, request_id)
      where gifts.id = send.id and status = 'QUEUED' and gifts.request_id = send.request_id`,
    values: [sends.map((send) => send.gift_id), sends.map((send) => send.request_id)],
  });
  updated += messages.length;
}

async function handleMessageBatch(messages: Message[]): Promise<Message[]> {
  if (pool) await update(messages);
  else await Promise.all(messages.map(handle));
  return messages;
}

async function handleMessage(message: Message): Promise<Message> {
  if (pool) await update([message]);
  else await handle();
  return message;
}

function create(): Consumer {
  const handler = mode === "batch" ? { handleMessageBatch } : { handleMessage };
  const consumer = Consumer.create({ queueUrl, sqs, batchSize: 10, waitTimeSeconds: 1, ...handler });
  consumer.on("error", (err) => process.stderr.write(`${err.stack}\n`));
  return consumer;
}

let running: readonly Consumer[] = [];

obey({
  start() {
    running = Array.from({ length: Number(consumers) }, create);
    for (const consumer of running) consumer.start();
    return Promise.resolve(undefined);
  },
  counts: () => Promise.resolve({ handled: handled() + updated, calls: calls() }),
  async stop() {
    const stopped = running.map((consumer) => once(consumer, "stopped"));
    for (const consumer of running) consumer.stop();
    await Promise.all(stopped);
    return undefined;
  },
});
