/** Runs the SQS emulator on 127.0.0.1, its messages on disk. Started by the supervisor as a process of its own. */
import { parseArgs } from "node:util";
import { startFauxqs } from "fauxqs";
import { unusableExitCode } from "../process/unusable.ts";
import { repairFauxqs } from "./repair.ts";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { "data-folder": { type: "string" }, port: { type: "string" } } });
  if (values["data-folder"] === undefined || values.port === undefined)
    throw new Error("--data-folder and --port are required");
  repairFauxqs("127.0.0.1");
  const told = new Promise<void>((resolve) => process.on("SIGTERM", () => resolve()));
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
