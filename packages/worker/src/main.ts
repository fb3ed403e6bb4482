import { runService } from "@gift/lifecycle/run-service";
import { errorFields } from "@gift/telemetry/error-fields";
import { createLog } from "@gift/telemetry/logger";
import { readConfig } from "./config.ts";
import { startWorker, stopTimeoutSecondsOf } from "./worker.ts";

async function main(): Promise<void> {
  const config = readConfig();
  const log = createLog({ service: "worker", level: config.logLevel, directory: config.logDirectory });
  await runService({ log, stopTimeoutSeconds: stopTimeoutSecondsOf(config), start: () => startWorker(config, log) });
}

main().catch((err: unknown) => {
  createLog({ service: "worker", level: "info" })("service.failed", errorFields(err));
  process.exitCode = 1;
});
