import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { runService } from "@gift/lifecycle/run-service";
import { createLog } from "@gift/telemetry/logger";

/** One service that behaves as its argument says: run as a process of its own by the tests. */
const behaviour = process.argv[2];
const log = createLog({ service: "under-test", level: "info" });

await runService({
  log,
  stopTimeoutSeconds: 2,
  async start() {
    if (behaviour === "fails-to-start") throw new Error("the port is taken", { cause: new Error("EADDRINUSE") });
    if (behaviour === "starts-slowly") {
      log("outbox.blocked");
      await pause(200);
    }
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    if (behaviour === "throws-later") setImmediate(() => Promise.reject(new Error("nobody awaited this")));
    return async () => {
      if (behaviour === "hangs-while-stopping") await new Promise(() => {});
      if (behaviour === "fails-to-stop") throw new Error("the last flush failed");
      if (behaviour !== "leaves-a-handle-open") server.close();
      // In flight when the signal came; a log line after it proves that it was waited for.
      await pause(50);
      log("outbox.swept");
    };
  },
});
