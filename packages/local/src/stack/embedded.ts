import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DatabaseLink } from "../database-link.ts";
import { stablePort, storedPassword } from "../folder/stored.ts";
import { superuser } from "../postgres/data-folder.ts";
import { keeperCommand } from "../postgres/keep.ts";
import type { ProcessSpec } from "../process/process-spec.ts";

const startOver = (folder: string) =>
  `Start over with --fresh (it removes every gift in ${folder}), or choose another folder with --data-dir.`;

/** The embedded Postgres, kept in `postgres/` of the data folder. */
export async function postgresSpec(dataFolder: string): Promise<{ spec: ProcessSpec; link: DatabaseLink }> {
  const port = await stablePort(dataFolder, "postgres");
  const password = await storedPassword(dataFolder);
  const spec: ProcessSpec = {
    name: "postgres",
    command: keeperCommand({ dataFolder: join(dataFolder, "postgres"), port }),
    environment: { POSTGRES_PASSWORD: password },
    // The keeper itself kills the server after ten.
    stopTimeoutSeconds: 20,
    killSignal: "SIGTERM",
    advice: "Run it again once what they say is mended.",
    adviceWhenUnusable: startOver(dataFolder),
  };
  return { spec, link: { host: "127.0.0.1", port, database: "gift", username: superuser, auth: "password", password } };
}

/** The SQS emulator, its messages in `sqs/` of the data folder. */
export async function emulatorSpec(dataFolder: string): Promise<{ spec: ProcessSpec; endpoint: string }> {
  const port = await stablePort(dataFolder, "sqs");
  const program = fileURLToPath(new URL("../sqs/main.ts", import.meta.url));
  const spec: ProcessSpec = {
    name: "sqs",
    // Its storage is node:sqlite, which warns that it's experimental.
    command: [
      "--disable-warning=ExperimentalWarning",
      program,
      "--data-folder",
      join(dataFolder, "sqs"),
      "--port",
      `${port}`,
    ],
    environment: {},
    stopTimeoutSeconds: 5,
    killSignal: "SIGKILL",
    advice: "Run it again once what they say is mended.",
    adviceWhenUnusable: startOver(dataFolder),
  };
  return { spec, endpoint: `http://127.0.0.1:${port}` };
}
