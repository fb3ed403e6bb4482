import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Work } from "../measure/sample.ts";
import { type OneRowLoad, oneRowClients } from "./one-row-load.ts";
import { oneRowStatements } from "./one-row-statement.ts";
import type { Connection } from "./postgres.ts";

const execute = promisify(execFile);

/**
 * One run of pgbench: 64 connections, 2 threads, prepared statements, each client through gifts of its own.
 * @throws Error with what it printed
 */
export async function runPgbench(
  { program, folder, connection }: { program: string; folder: string; connection: Connection },
  { work, seconds, first, span }: OneRowLoad,
): Promise<Work> {
  const script = join(folder, `${work}.sql`);
  const statement = oneRowStatements[work].replaceAll(/\s+/g, " ").trim();
  // `:client_id` is 0 to 63; variables live as long as the client does.
  writeFileSync(script, `\\set number :first + :client_id * :span + :done\n\\set done :done + 1\n${statement};\n`);
  const { stdout } = await execute(program, [
    ...["-h", connection.host, "-p", String(connection.port), "-U", connection.user],
    ...["-n", "-M", "prepared", "-c", String(oneRowClients), "-j", "2"],
    ...(seconds === undefined ? ["-t", String(span)] : ["-T", String(Math.max(1, Math.round(seconds)))]),
    ...["-D", `first=${first}`, "-D", `span=${span}`, "-D", "done=0", "-f", script, connection.database],
  ]);
  const operations = Number(/number of transactions actually processed: (\d+)/.exec(stdout)?.[1]);
  const perSecond = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1]);
  if (!(operations > 0 && perSecond > 0)) throw new Error(`pgbench printed: ${stdout}`);
  return { operations, seconds: operations / perSecond };
}
