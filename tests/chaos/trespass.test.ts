import { ClientKey } from "@gift/chaos/access/client-key";
import { attemptsOn } from "@gift/chaos/access/gift-attempt";
import { Trespass } from "@gift/chaos/access/trespass";
import { expect, test } from "vitest";
import { type Defects, guardedApi } from "./guarded-api.ts";

const stranger = new ClientKey("bakery", { key: "b", prefix: "b" });

async function trespassed(defects: Defects) {
  const api = await guardedApi(defects);
  api.admit("b", "bakery");
  const gift = api.gift("florist");
  const trespass = new Trespass(api.url);
  return { api, gift, trespass };
}

test("another client's gift is asked for in every way, and a 404 to each is counted", async () => {
  const { gift, trespass } = await trespassed({});
  await trespass.askAll([gift], () => [stranger]);
  expect(attemptsOn(gift).map(({ does, path }) => [does, path])).toEqual([
    ["show", `/gifts/${gift.giftId}`],
    ["replay", `/gifts/${gift.giftId}/send`],
    ["send", `/gifts/${gift.giftId}/send`],
  ]);
  expect([trespass.refused, trespass.findings]).toEqual([3, []]);
});

test("a stranger who learns of a gift, or sends it, is found", async () => {
  const { gift, trespass } = await trespassed({ showsAll: true });
  await trespass.askAll([gift], () => [stranger]);
  expect(trespass.refused).toBe(0);
  expect(trespass.findings.map(({ why }) => why).toSorted()).toEqual([
    "another client asked to replay it and was answered 200",
    "another client asked to send it and was answered 200",
    "another client asked to show it and was answered 200",
  ]);
});

test.each([409, 401, 500])("%i to a stranger is a finding too: only a 404 says nothing", async (status) => {
  const { gift, trespass } = await trespassed({ status });
  await trespass.ask(gift, attemptsOn(gift)[0], stranger);
  expect(trespass.findings).toEqual([{ giftId: gift.giftId, why: expect.stringContaining(`answered ${status}`) }]);
});

test.each([503, 429])("%i decides nothing: it is asked again", async (status) => {
  const { gift, trespass } = await trespassed({ status });
  expect(await trespass.ask(gift, attemptsOn(gift)[0], stranger)).toBe(false);
  expect([trespass.refused, trespass.findings]).toEqual([0, []]);
});

test("no answer decides nothing", async () => {
  const { api, gift, trespass } = await trespassed({});
  api.close();
  expect(await trespass.ask(gift, attemptsOn(gift)[0], stranger)).toBe(false);
});
