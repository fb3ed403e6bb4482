import { runService } from "@gift/lifecycle/run-service";
import { errorFields } from "@gift/telemetry/error-fields";
import { createLog } from "@gift/telemetry/logger";
import { readConfig } from "./config.ts";
import { startConsole } from "./service.ts";

const stopTimeoutSeconds = 10;

async function main(): Promise<void> {
  const config = readConfig();
  const log = createLog({ service: "console", level: config.logLevel });
  await runService({
    log,
    stopTimeoutSeconds,
    async start() {
      const { port, stop } = await startConsole(config, log);
      log("console.listening", { address: `http://${config.host}:${port}` });
      return stop;
    },
  });
}

main().catch((err: unknown) => {
  createLog({ service: "console", level: "info" })("service.failed", errorFields(err));
  process.exitCode = 1;
});
