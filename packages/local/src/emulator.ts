/** Runs the SQS emulator on 127.0.0.1, its messages on disk. Started by the supervisor as a process of its own. */
import { Server } from "node:net";
import { parseArgs } from "node:util";
import { startFauxqs } from "fauxqs";
import { unusableExitCode } from "./unusable.ts";

const loopback = "127.0.0.1";

/**
 * fauxqs listens on 0.0.0.0 whatever it's told, and would offer the queues to the whole network. Its `buildApp` leaves
 * listening to the caller but can't be given the stores that persist: they aren't exported. So the address is changed
 * on its way into Node; `stay` checks that it worked.
 */
function forceLoopback(): void {
  const listen = Server.prototype.listen;
  Server.prototype.listen = new Proxy(listen, {
    apply(target, server, [options, ...rest]: [unknown, ...unknown[]]) {
      const bound = typeof options === "object" && options !== null ? { ...options, host: loopback } : options;
      return Reflect.apply(target, server, [bound, ...rest]);
    },
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { "data-folder": { type: "string" }, port: { type: "string" } } });
  if (values["data-folder"] === undefined || values.port === undefined)
    throw new Error("--data-folder and --port are required");
  forceLoopback();
  const told = new Promise<void>((resolve) => process.once("SIGTERM", resolve));
  const server = await startFauxqs({ port: Number(values.port), dataDir: values["data-folder"], logger: false });
  process.stdout.write(`${JSON.stringify({ event: "service.ready" })}\n`);
  await told;
  await server.stop();
}

main().then(
  () => process.exit(0),
  (err: unknown) => {
    const isDatabaseError = err instanceof Error && "code" in err && err.code === "ERR_SQLITE_ERROR";
    const message = err instanceof Error ? err.message : String(err);
    process.stderr.write(`the emulator can't start: ${message}\n`);
    process.exit(isDatabaseError ? unusableExitCode : 1);
  },
);
