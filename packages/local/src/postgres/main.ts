/**
 * Keeps one Postgres: starts it, stops it on SIGTERM and ends when it ends. A process of its own, because Postgres
 * can't be told to end with its parent: this one can (stop-with-parent.ts) and takes the server along.
 */
import { rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { unusableExitCode } from "../process/unusable.ts";
import { UnusableDataFolderError } from "./data-folder.ts";
import { type PostgresServer, startPostgres } from "./server.ts";

const { values } = parseArgs({
  options: {
    "data-folder": { type: "string" },
    port: { type: "string" },
    setting: { type: "string", multiple: true, default: [] },
    // Removes the data folder at the end; for tests.
    temporary: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  const dataFolder = values["data-folder"] ?? "";
  if (dataFolder === "" || values.port === undefined) throw new Error("--data-folder and --port are required");
  // `on` and not `once`: a second SIGTERM would end the keeper while its server is still stopping.
  const told = new Promise<string>((resolve) => process.on("SIGTERM", () => resolve("")));
  const server = await startPostgres({
    dataFolder,
    port: Number(values.port),
    ...(process.env.POSTGRES_PASSWORD ? { password: process.env.POSTGRES_PASSWORD } : {}),
    settings: Object.fromEntries(values.setting.map((setting) => setting.split(/=(.*)/s, 2))),
    log: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`${JSON.stringify({ event: "service.ready", pid: server.process.pid })}\n`);
  const reason = await Promise.race([told, endOf(server)]);
  await server.stop();
  if (values.temporary) await rm(dataFolder, { recursive: true, force: true });
  if (reason !== "") throw new Error(reason);
}

function endOf(server: PostgresServer): Promise<string> {
  return new Promise((resolve) =>
    server.process.once("exit", (code, signal) => resolve(`Postgres ended by ${signal ?? `exit code ${code}`}.`)),
  );
}

main().then(
  () => process.exit(0),
  (err: unknown) => {
    process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`);
    process.exit(err instanceof UnusableDataFolderError ? unusableExitCode : 1);
  },
);
