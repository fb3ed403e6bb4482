/**
 * The service on graphile-worker, with the settings of its performance page (24 at a time, 25 connections, a local
 * queue of 500, completions in batches); jobs are added by its SQL function in the transaction that needs them. That
 * function notifies, and NOTIFY holds a lock of the whole server over the commit's flush: accepting, not working, is
 * what limits it. Arguments: `api` or `worker`, port, connection.
 */
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import { Pool } from "pg";
import { obey } from "../process/obey.ts";
import { acceptStatement, sentStatement } from "./accept-statement.ts";
import { createSendApi } from "./send-api.ts";

const [role, port, connection = "{}"] = process.argv.slice(2);
const pool = new Pool({ ...JSON.parse(connection), max: role === "api" ? 10 : 25 });
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
    concurrency: 24,
    noHandleSignals: true,
    // It would write a line per job.
    logger: new Logger(() => () => undefined),
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
