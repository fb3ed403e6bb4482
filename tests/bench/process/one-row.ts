/** What stands in for pgbench: the same statements, named, through pg, one connection per client. */
import { Client } from "pg";
import { type OneRowLoad, oneRowClients } from "../rig/one-row-load.ts";
import { oneRowStatements } from "../rig/one-row-statement.ts";
import { obey } from "./obey.ts";

const clients = Array.from({ length: oneRowClients }, () => new Client(JSON.parse(process.argv[2] ?? "{}")));
await Promise.all(clients.map((client) => client.connect()));

async function run({ work, seconds, first, span }: OneRowLoad): Promise<{ operations: number }> {
  const text = oneRowStatements[work].replaceAll(":number", "$1");
  const until = performance.now() + (seconds ?? 600) * 1_000;
  let operations = 0;
  const keepAsking = async (client: Client, index: number) => {
    for (let done = 0; done < span && performance.now() < until; done += 1) {
      await client.query({ name: work, text, values: [first + index * span + done] });
      operations += 1;
    }
  };
  await Promise.all(clients.map(keepAsking));
  return { operations };
}

obey({ run }, async () => {
  await Promise.all(clients.map((client) => client.end()));
});
