import type { Finding } from "../finding.ts";
import { sidesOf } from "../finding.ts";
import { alternate, ratioOver, type Side } from "../measure/alternate.ts";
import { sampled } from "../measure/sample.ts";
import { layOutCreated } from "../rig/gift-rows.ts";
import { Numbers } from "../rig/numbers.ts";
import { openOneRow } from "../rig/one-row.ts";
import { oneRowClients } from "../rig/one-row-load.ts";
import { giftsFor, oneRowSide } from "../rig/one-row-side.ts";
import type { BenchDatabase } from "../rig/postgres.ts";
import type { Rig } from "../rig/rig.ts";
import { startApi, startHttpClients } from "../rig/service.ts";

/**
 * The real API over HTTP, 64 connections, and pgbench in turn, on one database.
 * @param sqsPort where its messages go; for `create` nobody has to listen there
 */
export async function compareWithOneRow(
  rig: Rig,
  request: "create" | "send",
  sqsPort: number,
): Promise<{ finding: Omit<Finding, "bench"> }> {
  const database = await rig.createDatabase();
  const url = `http://127.0.0.1:${sqsPort}/000000000000/gift`;
  const oneRow = await openOneRow(rig, database);
  const ours = await httpSide(rig, database, request, url);
  const peer = oneRowSide(rig, oneRow, database, request === "create" ? "insert" : "send");
  const rounds = await alternate([ours, peer], rig.alternation);
  const value = ratioOver(rounds, [ours.name, peer.name], (sample) => sample.perSecond);
  const shared = { sides: sidesOf(rounds), isDisturbed: rounds.isDisturbed, unit: "×" } as const;
  const note = `against ${oneRow.name}, ${oneRowClients} connections each`;
  return {
    finding: {
      goal: request,
      what: request === "create" ? "POST /gifts, per second" : "POST …/send, per second",
      value,
      note,
      ...shared,
    },
  };
}

async function httpSide(rig: Rig, database: BenchDatabase, request: "create" | "send", giftUrl: string): Promise<Side> {
  const api = await startApi(rig, { database, giftUrl, deadLettersUrl: giftUrl });
  const clients = await startHttpClients(rig);
  const meters = { API: api.meter, Postgres: rig.postgresMeter, clients: clients.meter };
  const gifts = new Numbers(1);
  let range = { first: 0, count: Number.POSITIVE_INFINITY };
  return {
    name: "ours",
    async prepare(seconds) {
      if (request === "create") return;
      range = gifts.take(giftsFor(rig, seconds));
      await layOutCreated(database.db, range);
    },
    load: (seconds) =>
      sampled(meters, () =>
        clients.fire({ ports: [api.port], connections: oneRowClients, request, seconds, ...countOf(range) }),
      ),
  };
}

/** JSON has no infinity: without a count, the seconds decide alone. */
function countOf({ first, count }: { first: number; count: number }): { first: number; count?: number } {
  return Number.isFinite(count) ? { first, count } : { first };
}
