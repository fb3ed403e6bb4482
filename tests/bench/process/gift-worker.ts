/** The gift role as `packages/worker` wires it, but its provider answers at once: what is measured is ours. */
import { fleet } from "@gift/fleet/fleet";
import { keepObjectsYoung } from "@gift/lifecycle/young-generation";
import { openLinkedDatabase } from "@gift/link/database";
import { createSqsClient } from "@gift/queue/client/sqs-client";
import { createLog } from "@gift/telemetry/logger";
import { readConfig } from "@gift/worker/config";
import { startGiftRole } from "@gift/worker/role/gift";
import { tuningOf } from "@gift/worker/tuning";
import { countCalls } from "./count-calls.ts";
import { obey } from "./obey.ts";

keepObjectsYoung();
const config = readConfig();
const queueUrl = config.queueUrls.get("gift") ?? "";
const log = createLog({ service: "worker", level: config.logLevel });
const db = openLinkedDatabase(config.database, { applicationName: "worker", maxConnections: 8 });
const client = createSqsClient();
const calls = countCalls(client);
let sent = 0;
const sender = {
  send: () => {
    sent += 1;
    return Promise.resolve({ reference: "none" });
  },
  find: () => Promise.resolve(undefined),
  close: () => Promise.resolve(),
};
const tuning = tuningOf(fleet.services.gift, fleet.queues.gift, config);
type Role = Awaited<ReturnType<typeof startGiftRole>>;
let role: Role | undefined;

obey(
  {
    async start() {
      role = await startGiftRole({ client, queueUrl, db, log, tuning, sender });
      return undefined;
    },
    counts: () => Promise.resolve({ handled: sent, calls: calls() }),
    async stop() {
      await role?.stop(10_000);
      return undefined;
    },
  },
  async () => {
    await role?.stop(10_000);
    await db.destroy();
  },
);
