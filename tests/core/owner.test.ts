import { createGift } from "@gift/core/gift/create";
import { findGift } from "@gift/core/gift/find";
import { GiftNotFoundError } from "@gift/core/gift/gift.errors";
import type { Owner } from "@gift/core/gift/owner";
import { requestSend } from "@gift/core/gift/request-send";
import { describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { lockRow } from "../support/row-lock.ts";
import { rowsOf } from "./gift-in.ts";

const own = useTestDatabase();
const [shop, bank]: Owner[] = [{ clientId: "shop" }, { clientId: "bank" }];
const create = async (clientId: string | null) => (await createGift(own.db, { amount: 1, message: null, clientId })).id;
const send = (giftId: string, owner: Owner, requestId = "key-1") =>
  requestSend(own.db, { giftId, owner, requestId, leaseSeconds: 30 });

describe.each<[of: string, clientId: string | null, seenBy: Owner, hiddenFrom: Owner]>([
  ["a client's gift", "shop", shop ?? "anybody", bank ?? "anybody"],
  ["nobody's gift", null, "anybody", shop ?? "anybody"],
])("%s", (_name, clientId, seenBy, hiddenFrom) => {
  test("is found by its owner and by anybody, and by nobody else", async () => {
    const id = await create(clientId);
    expect((await findGift(own.db, id, seenBy)).clientId).toBe(clientId);
    expect((await findGift(own.db, id, "anybody")).id).toBe(id);
    await expect(findGift(own.db, id, hiddenFrom)).rejects.toThrow(GiftNotFoundError);
  });

  test("can't be sent by another, before it was sent and after, under its own key neither: nothing is written", async () => {
    const id = await create(clientId);
    await expect(send(id, hiddenFrom)).rejects.toThrow(GiftNotFoundError);
    expect(await rowsOf(own.db, id)).toMatchObject({ gift: { status: "CREATED" }, sendRequests: [], outbox: [] });
    expect((await send(id, seenBy)).kind).toBe("accepted");
    const before = await rowsOf(own.db, id);
    await expect(send(id, hiddenFrom)).rejects.toThrow(GiftNotFoundError);
    await expect(send(id, hiddenFrom, "key-2")).rejects.toThrow(GiftNotFoundError);
    expect((await send(id, seenBy)).kind).toBe("replayed");
    expect(await rowsOf(own.db, id)).toEqual(before);
  });

  test("that its owner has locked is not waited for by another: time doesn't tell that it is there", async () => {
    const id = await create(clientId);
    const lock = await lockRow(own.connection, "gifts", id);
    const startedAt = performance.now();
    await expect(send(id, hiddenFrom)).rejects.toThrow(GiftNotFoundError);
    // A wait would end after 5 s at the earliest, with another error.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await lock.release();
  });
});

test("a gift that is created without a word about its owner is nobody's: clients don't see it", async () => {
  const { id, clientId } = await createGift(own.db, { amount: 1, message: null });
  expect(clientId).toBeNull();
  await expect(findGift(own.db, id, { clientId: "shop" })).rejects.toThrow(GiftNotFoundError);
});
