/**
 * The service on pg-boss: its `send` inside our transaction (the `db` option), and a worker that fetches 100 jobs at a
 * time, without a pause while there are that many (the default pauses for 2 s after each fetch), and performs one
 * UPDATE for all. Arguments: `api` or `worker`, port, connection.
 */
import { Pool, type PoolClient } from "pg";
import { PgBoss } from "pg-boss";
import { obey } from "../process/obey.ts";
import { acceptStatement, sentStatement } from "./accept-statement.ts";
import { createSendApi } from "./send-api.ts";

const [role, port, connection = "{}"] = process.argv.slice(2);
const pool = new Pool({ ...JSON.parse(connection), max: 10 });
const boss = new PgBoss({ ...JSON.parse(connection), max: 10, supervise: false, schedule: false });
boss.on("error", (err) => process.stderr.write(`${err.stack}\n`));
await boss.start();
await boss.createQueue("send");

interface Send {
  readonly gift_id: string;
  readonly request_id: string;
}

const acceptText = acceptStatement("select id from queued");

async function accept(client: PoolClient, giftId: string, requestId: string): Promise<boolean> {
  await client.query("begin");
  const { rowCount } = await client.query({ name: "accept", text: acceptText, values: [giftId, requestId] });
  const db = { executeSql: (text: string, values?: unknown[]) => client.query(text, values ?? []) };
  if (rowCount === 1) await boss.send("send", { gift_id: giftId, request_id: requestId }, { db });
  await client.query("commit");
  return rowCount === 1;
}

async function startApi(): Promise<void> {
  const app = createSendApi(async (giftId, requestId) => {
    const client = await pool.connect();
    try {
      return await accept(client, giftId, requestId);
    } finally {
      client.release();
    }
  });
  await app.listen({ host: "127.0.0.1", port: Number(port) });
}

async function startWorker(): Promise<void> {
  await boss.work<Send>(
    "send",
    { batchSize: 100, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true },
    async (jobs) => {
      const values = [jobs.map(({ data }) => data.gift_id), jobs.map(({ data }) => data.request_id)];
      await pool.query({ name: "sent", text: sentStatement, values });
    },
  );
}

await (role === "api" ? startApi() : startWorker());
obey({}, async () => {
  await boss.stop({ graceful: false });
  await pool.end();
});
