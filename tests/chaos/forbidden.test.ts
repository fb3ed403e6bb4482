import { ClientKey } from "@gift/chaos/access/client-key";
import { attemptsOn } from "@gift/chaos/access/gift-attempt";
import { auditForbidden } from "@gift/chaos/audit/forbidden";
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";

const database = useTestDatabase();
const [florist, bakery] = ["florist", "bakery"].map((name) => new ClientKey(name, { key: name, prefix: name }));

beforeEach(async () => {
  await sql`truncate gifts cascade`.execute(database.db);
});

async function giftOf(clientId: string | null): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into gifts (amount, client_id) values (1, ${clientId}) returning id`.execute(database.db);
  return rows[0]?.id ?? "";
}

async function findings(giftId: string, creator = florist) {
  if (!florist || !bakery || !creator) throw new Error("there are no clients");
  return await auditForbidden(database.db, new Map([[giftId, creator]]), [florist, bakery]);
}

test("nothing is found in a gift that belongs to whom it was created by, or of which its client never heard", async () => {
  await giftOf("bakery");
  expect(await findings(await giftOf("florist"))).toEqual([]);
});

test("a gift that belongs to another client than created it", async () => {
  const giftId = await giftOf("florist");
  expect(await findings(giftId, bakery)).toEqual([{ giftId, why: "it belongs to florist, and bakery created it" }]);
});

test.each([null, "stranger"])("a gift of %s, whom no key stands for", async (owner) => {
  const giftId = await giftOf(owner);
  expect(await findings(await giftOf("florist"))).toEqual([{ giftId, why: "nobody with a right key created it" }]);
});

test("a send that was stored for somebody who may not ask for it, whatever the answer was", async () => {
  const giftId = await giftOf("florist");
  const [, , send] = attemptsOn({ giftId, key: "own" });
  await sql`insert into send_requests (gift_id, request_id, response_body)
    values (${giftId}, ${send.headers?.["idempotency-key"]}, '{}')`.execute(database.db);
  expect(await findings(giftId)).toEqual([{ giftId, why: expect.stringContaining("somebody who may not") }]);
});
