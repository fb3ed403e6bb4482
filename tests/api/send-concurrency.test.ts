import { describe, expect, test } from "vitest";
import { errorOf, useApi } from "./api.ts";
import { moveTo, rowsOf } from "./rows.ts";

const api = useApi();
const times = 50;
const atOnce = <Result>(act: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: times }, (_, index) => act(index)));

describe("50 send requests for a gift at once", () => {
  test("with one key: one 202, 49 replays with the same bytes, one outbox row, one send request", async () => {
    const giftId = await api.gift();
    const answers = await atOnce(() => api.send(giftId, "key-1"));
    const accepted = answers.filter(({ status }) => status === 202);
    const replayed = answers.filter(({ status }) => status === 200);
    expect([accepted.length, replayed.length]).toEqual([1, times - 1]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(replayed.every(({ headers }) => headers.get("idempotent-replayed") === "true")).toBe(true);
    expect(accepted[0]?.headers.has("idempotent-replayed")).toBe(false);
    const { outbox, requests } = await rowsOf(api.database.db, giftId);
    expect([outbox.length, requests.length, api.dispatched.length]).toEqual([1, 1, 1]);
  });

  test("with different keys: one 202, 49 conflicts, one outbox row, one send request", async () => {
    const giftId = await api.gift();
    const answers = await atOnce((index) => api.send(giftId, `key-${index}`));
    const accepted = answers.filter(({ status }) => status === 202);
    const conflicts = answers.filter(({ status }) => status === 409);
    expect([accepted.length, conflicts.length]).toEqual([1, times - 1]);
    expect(new Set(conflicts.map((answer) => errorOf(answer).message)).size).toBe(1);
    const { gift, outbox, requests } = await rowsOf(api.database.db, giftId);
    expect(requests).toMatchObject([{ request_id: accepted[0]?.json.request_id }]);
    expect(gift.request_id).toBe(accepted[0]?.json.request_id);
    expect([outbox.length, api.dispatched.length]).toEqual([1, 1]);
  });

  test("with ten keys, five times each: one 202, four replays of it, 45 conflicts", async () => {
    const giftId = await api.gift();
    const answers = await atOnce((index) => api.send(giftId, `key-${index % 10}`));
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([count(202), count(200), count(409)]).toEqual([1, 4, 45]);
    expect((await rowsOf(api.database.db, giftId)).outbox).toHaveLength(1);
  });

  test("that was SENT before: replays only", async () => {
    const giftId = await api.gift();
    const first = await api.send(giftId, "key-1");
    await moveTo(api.database.db, giftId, "SENT");
    const answers = await atOnce(() => api.send(giftId, "key-1"));
    expect(answers.every(({ status, text }) => status === 200 && text === first.text)).toBe(true);
    expect(api.dispatched).toHaveLength(1);
  });

  test("and for 50 gifts with one key: 50 sends", async () => {
    const giftIds = await atOnce(() => api.gift());
    const answers = await Promise.all(giftIds.map((giftId) => api.send(giftId, "key-1")));
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    expect(new Set(api.dispatched.map(({ body }) => body)).size).toBe(times);
  });
});
