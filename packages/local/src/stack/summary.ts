import { relative } from "node:path";
import { styleText } from "node:util";
import type { Settings } from "../command/settings.ts";
import type { Links } from "./service-spec.ts";
import type { Stack } from "./stack.ts";

/** What a person needs to know about a running stack: what runs where, and what to try. */
export function summary(stack: Stack, settings: Settings, links: Links, seconds: number): string {
  const { host, port, database } = links.database;
  const postgres = `${host}:${port}/${database}`;
  const sqs = new URL(links.queues.gift).origin;
  const addresses = new Map([
    ["api", stack.apiAddress],
    ["console", stack.consoleAddress ?? ""],
    ["postgres", postgres],
    ["sqs", sqs],
  ]);
  const rows = stack.processes.map(({ spec, pid }) => [spec.name, `pid ${pid ?? "?"}`, addresses.get(spec.name) ?? ""]);
  if (settings.database) rows.push(["postgres", "yours", postgres]);
  if (settings.sqsEndpoint) rows.push(["sqs", "yours", sqs]);
  return [
    styleText(["bold", "green"], `The gift service is ready (${seconds.toFixed(1)} s).`),
    "",
    ...columns(rows),
    "",
    ...(stack.consoleAddress ? [`  live view  ${stack.consoleAddress}`] : []),
    `  reference  ${stack.apiAddress}/docs`,
    `  data       ${settings.dataFolder} (logs in logs/)`,
    "",
    styleText("bold", "Try it:"),
    ...commands(stack.apiAddress).map((command) => `  ${command}`),
    "",
    ...further(settings),
  ].join("\n");
}

function commands(address: string): readonly string[] {
  const gift = `'{"amount": 2500, "message": "Happy birthday"}'`;
  return [
    `GIFT_ID=$(curl -s ${address}/gifts -H 'Content-Type: application/json' -d ${gift} | cut -d '"' -f 4); echo $GIFT_ID`,
    `curl -s -X POST ${address}/gifts/$GIFT_ID/send -H 'Idempotency-Key: birthday-1'`,
    `curl -s ${address}/gifts/$GIFT_ID`,
  ];
}

/** Commands find the default folder's stack by themselves; of another one they must be told. */
function further({ environmentFile }: Settings): readonly string[] {
  const isDefault = relative(process.cwd(), environmentFile) === ".local/env";
  const run = `npx --yes bun${isDefault ? "" : ` --env-file=${environmentFile}`} run`;
  const ops = `${styleText("bold", `${run} ops`)} operates this stack; without --env-file it would be the default one.`;
  return [
    `${styleText("bold", `${run} demo`)} sends 500 gifts. Ctrl-C drains and stops everything.`,
    ...(isDefault ? [] : [ops]),
  ];
}

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(width(column))).join("  ")}`.trimEnd());
}
