import { sql } from "kysely";
import type { Bench } from "../bench.ts";
import { alternate, ratioOver, type Side, spreadOver } from "../measure/alternate.ts";
import { processMeter } from "../measure/processor.ts";
import type { Child } from "../rig/child.ts";
import { oneRowClients } from "../rig/one-row-load.ts";
import type { BenchDatabase } from "../rig/postgres.ts";
import type { Rig } from "../rig/rig.ts";
import { startWrites, writeOnce } from "./batched.ts";

/** So many gifts, evenly over the table, are still CREATED and get sent; the others are history. */
const mostCreated = 100_000;

export const growthGifts: Bench = {
  name: "growth-gifts",
  shows: "sends with 10⁴ to 10⁷ gifts in the table",
  async run(rig) {
    const tables = await Promise.all(rig.sizes.tableSizes.map((gifts) => layOutTable(rig, gifts)));
    const sides = tables.map((table) => tableSide(rig, table));
    const rounds = await alternate(sides, rig.alternation);
    const perSecond = (side: string) => spreadOver(rounds, side, (sample) => sample.perSecond);
    const points = tables.map(({ gifts }, index) => ({ x: gifts, y: perSecond(sides[index]?.name ?? "") }));
    const [smallest, largest] = [sides[0]?.name ?? "", sides.at(-1)?.name ?? ""];
    const value = ratioOver(rounds, [largest, smallest], (sample) => sample.perSecond);
    const note = "the gifts that are sent lie scattered over the whole table; the rest is SENT, with its send request";
    return [
      {
        goal: "growth-gifts",
        what: `sends, ${largest} to ${smallest}`,
        unit: "×",
        value,
        note,
        isDisturbed: rounds.isDisturbed,
      },
      {
        what: "sends by gifts in the table",
        unit: "per second",
        value: perSecond(largest),
        curve: { title: "sends per second", xName: "gifts", points },
      },
    ];
  },
};

interface Table {
  readonly gifts: number;
  readonly stride: number;
  readonly database: BenchDatabase;
  readonly child: Child;
}

/** Keys are built at the end, as a restore does: row by row, 10⁷ of them would take ten minutes. */
async function layOutTable(rig: Rig, gifts: number): Promise<Table> {
  const stride = Math.ceil(gifts / mostCreated);
  rig.say(`laying out ${gifts.toLocaleString("en")} gifts`);
  const database = await rig.createDatabase();
  const { db } = database;
  await sql`alter table send_requests drop constraint send_requests_gift_id_fkey`.execute(db);
  await sql`alter table gifts drop constraint gifts_code_key`.execute(db);
  await sql`insert into gifts (id, amount, status, request_id)
    select bench_gift_id(number), 100, case when number % ${stride}::bigint = 0 then 'CREATED' else 'SENT' end,
      case when number % ${stride}::bigint = 0 then null else 'earlier' end
    from generate_series(1::bigint, ${gifts}::bigint) number`.execute(db);
  await sql`insert into send_requests (gift_id, request_id, response_body)
    select id, 'earlier', '{}' from gifts where status = 'SENT'`.execute(db);
  await sql`alter table gifts add constraint gifts_code_key unique (code)`.execute(db);
  await sql`alter table send_requests add constraint send_requests_gift_id_fkey foreign key (gift_id) references gifts`.execute(
    db,
  );
  await sql`vacuum (analyze) gifts`.execute(db);
  await sql`vacuum (analyze) send_requests`.execute(db);
  return { gifts, stride, database, child: await startWrites(rig, database) };
}

/**
 * Sends gifts that lie a prime number of gifts apart, so that consecutive ones share no page. A small table has too few
 * for a round: what it has sent is put back before the next.
 */
function tableSide(rig: Rig, { gifts, stride, database, child }: Table): Side {
  const meters = { ours: processMeter(child.pid), Postgres: rig.postgresMeter };
  return {
    name: `${gifts.toLocaleString("en")} gifts`,
    prepare: () => putBack(database),
    load: (seconds) =>
      writeOnce(child, meters, {
        ...{ work: "send", isBatched: true, callers: oneRowClients, seconds: Math.min(seconds, 1) },
        ...{ first: stride, stride, count: Math.floor(gifts / stride), isScattered: true },
      }),
  };
}

async function putBack({ db }: BenchDatabase): Promise<void> {
  await sql`delete from send_requests where request_id = 'bench'`.execute(db);
  await sql`update gifts set status = 'CREATED', request_id = null where status = 'QUEUED'`.execute(db);
  await sql`truncate outbox`.execute(db);
}
