import { fleet } from "@gift/fleet/fleet";
import { runService } from "@gift/lifecycle/run-service";
import { errorFields } from "@gift/telemetry/error-fields";
import { createLog } from "@gift/telemetry/logger";
import { readConfig } from "./config.ts";
import { startApi } from "./service.ts";

async function main(): Promise<void> {
  const config = readConfig();
  const log = createLog({ service: "api", level: config.logLevel, directory: config.logDirectory });
  const { stopTimeoutSeconds } = fleet.services.api;
  await runService({ log, stopTimeoutSeconds, start: () => startApi(config, log) });
}

main().catch((err: unknown) => {
  createLog({ service: "api", level: "info" })("service.failed", errorFields(err));
  process.exitCode = 1;
});
