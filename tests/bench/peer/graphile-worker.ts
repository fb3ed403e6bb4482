/**
 * The service on graphile-worker, as its performance page recommends: jobs added by its SQL function in the transaction that
 * needs them, a local queue, completions in batches. Arguments: `api` or `worker`, port, connection.
 */
import { makeWorkerUtils, run } from "graphile-worker";
import { Pool } from "pg";
import { obey } from "../process/obey.ts";
import { acceptStatement, sentStatement } from "./accept-statement.ts";
import { createSendApi } from "./send-api.ts";

const [role, port, connection = "{}"] = process.argv.slice(2);
const pool = new Pool({ ...JSON.parse(connection), max: 10 });
const utils = await makeWorkerUtils({ pgPool: pool });
await utils.migrate();

interface Send {
  readonly gift_id: string;
  readonly request_id: string;
}

async function startApi(): Promise<() => Promise<void>> {
  const text = acceptStatement(
    `select graphile_worker.add_job('send', json_build_object('gift_id', id, 'request_id', $2::text)) from queued`,
  );
  const app = createSendApi(async (giftId, requestId) => {
    const { rowCount } = await pool.query({ name: "accept", text, values: [giftId, requestId] });
    return rowCount === 1;
  });
  await app.listen({ host: "127.0.0.1", port: Number(port) });
  return () => app.close();
}

async function startWorker(): Promise<() => Promise<void>> {
  const runner = await run({
    pgPool: pool,
    concurrency: 40,
    noHandleSignals: true,
    preset: {
      worker: { pollInterval: 500, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 },
    },
    taskList: {
      async send(payload) {
        const { gift_id, request_id } = payload as Send;
        await pool.query({ name: "sent", text: sentStatement, values: [[gift_id], [request_id]] });
      },
    },
  });
  return () => runner.stop();
}

const stop = await (role === "api" ? startApi() : startWorker());
obey({}, async () => {
  await stop();
  await utils.release();
  await pool.end();
});
