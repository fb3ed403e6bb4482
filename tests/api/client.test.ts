import { treaty } from "@elysiajs/eden";
import { type App, createApp } from "@gift/api/app";
import type { ErrorBody } from "@gift/api/error/error";
import { describe, expect, expectTypeOf, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";

const database = useTestDatabase();
const client = () =>
  treaty(
    createApp({
      ...{ db: database.db, dispatcher: { add: () => undefined }, log: () => undefined },
      ...{ authentication: "none" as const, areTestValuesAllowed: false, whyNotReady: async () => undefined },
    }),
  );
type Client = ReturnType<typeof treaty<App>>;
type GiftStatus = "CREATED" | "QUEUED" | "SENT" | "FAILED";

describe("a TypeScript client made from the app's type", () => {
  test("creates, sends, replays and reads a gift", async () => {
    const { gifts } = client();
    const created = await gifts.post({ amount: 2_500, message: "🎁" });
    if (created.error) throw created.error;
    expectTypeOf(created.data).toEqualTypeOf<{
      readonly gift_id: string;
      readonly code: string;
      readonly status: GiftStatus;
      readonly created_at: string;
    }>();
    const gift = gifts({ gift_id: created.data.gift_id });
    const key = { headers: { "idempotency-key": "key-1" } };
    const [first, replay] = [await gift.send.post(undefined, key), await gift.send.post(undefined, key)];
    expect([first.status, replay.status]).toEqual([202, 200]);
    expect(replay.data).toEqual(first.data);
    expectTypeOf(first.data).toExtend<{ gift_id: string; status: "QUEUED"; request_id: string } | null>();
    const read = await gift.get();
    expect(read.data).toMatchObject({ amount: 2_500, message: "🎁", status: "QUEUED", last_error: null });
    expectTypeOf(read.data).toExtend<{ amount: number; message: string | null; status: GiftStatus } | null>();
  });

  test("gets our error body, typed, and no other", async () => {
    const { error } = await client().gifts({ gift_id: "00000000-0000-7000-8000-000000000000" }).get();
    expect(error?.status).toBe(404);
    expect(error?.value).toEqual({ error: { code: "NOT_FOUND", message: "gift not found" } });
    expectTypeOf<NonNullable<typeof error>["value"]>().toEqualTypeOf<ErrorBody>();
  });

  test("can't be called with what the API refuses", () => {
    type Body = Parameters<Client["gifts"]["post"]>[0];
    expectTypeOf<{ amount: number }>().toExtend<Body>();
    expectTypeOf<{ amount: string }>().not.toExtend<Body>();
    expectTypeOf<{ message: string }>().not.toExtend<Body>();
    expectTypeOf<Client>().not.toHaveProperty("presents");
  });
});
