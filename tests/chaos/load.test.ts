import { ClientKey } from "@gift/chaos/access/client-key";
import { Answers } from "@gift/chaos/load/answers";
import { startLoad } from "@gift/chaos/load/load";
import { nextGift } from "@gift/chaos/load/mix";
import { parseTestValue } from "@gift/core/gift/test-value";
import { createRandom } from "@gift/rehearsal/random";
import { describe, expect, test } from "vitest";
import { answeringApi } from "./answering-api.ts";

describe("what gifts say", () => {
  const random = createRandom(1);
  const gifts = Array.from({ length: 2_000 }, () => nextGift(random));

  test("every test value of the provider occurs, and most gifts have none", () => {
    const values = gifts.map(({ message }) => parseTestValue(message)?.kind);
    expect(new Set(values)).toEqual(new Set(["fail-always", "fail-first", "slow", "permanent", undefined]));
    expect(values.filter((value) => value === undefined).length).toBeGreaterThan(1_000);
    for (const { message } of gifts) if (message.startsWith("test:")) expect(parseTestValue(message)).toBeDefined();
  });

  test("some are asked for two or three times at once, some by two clients", () => {
    expect(new Set(gifts.map(({ copies }) => copies))).toEqual(new Set([1, 2, 3]));
    expect(gifts.filter(({ hasRival }) => hasRival).length).toBeGreaterThan(20);
  });
});

describe("answers", () => {
  test("an answer that differs from the first one under its key is found", () => {
    const answers = new Answers();
    answers.add("a", "key", "first");
    answers.add("a", "key", "first");
    expect(answers.findings).toEqual([]);
    answers.add("a", "key", "second");
    expect(answers.findings).toEqual([{ giftId: "a", why: expect.stringMatching(/first.*second/) }]);
  });

  test("a second key that was accepted for one gift is found", () => {
    const answers = new Answers();
    answers.add("a", "one", "x");
    answers.add("b", "two", "x");
    expect(answers.findings).toEqual([]);
    answers.add("a", "other", "x");
    expect(answers.findings).toEqual([{ giftId: "a", why: "2 keys were accepted for it" }]);
    expect(answers.accepted).toEqual(new Set(["a", "b"]));
    expect(answers.keys).toHaveLength(3);
  });
});

const clients = [
  new ClientKey("florist", { key: "f", prefix: "f" }),
  new ClientKey("bakery", { key: "b", prefix: "b" }),
];

/** Plain gifts: one request each. */
const plain = { giftsPerSecond: 50, clients, random: () => 0.99 };
/** Every gift has three copies and a rival, and says the first test value. */
const contested = { giftsPerSecond: 50, clients, random: () => 0.01 };

describe("the load", () => {
  test("every gift that was begun is accepted, and replayed with the same answer", async () => {
    const api = await answeringApi();
    const load = startLoad({ url: api.url, ...plain });
    await expect.poll(() => load.answers.accepted.size).toBeGreaterThan(5);
    await load.stop();
    expect(load.answers.accepted.size).toBe(load.begun());
    expect(await load.replay()).toBe(load.begun());
    expect(load.answers.findings).toEqual([]);
    expect(load.problems()).toEqual([]);
  });

  test("a request that failed is repeated under its key, and 500 is a problem", async () => {
    const api = await answeringApi({ failures: [503, 500] });
    const load = startLoad({ url: api.url, ...plain });
    await expect.poll(() => load.retries()).toBe(2);
    await load.stop();
    expect(load.problems()).toEqual(["a client was answered 500"]);
    expect(load.answers.accepted.size).toBe(load.begun());
  });

  test("of two keys one is refused; a refusal without a rival is a problem", async () => {
    const api = await answeringApi();
    const load = startLoad({ url: api.url, ...contested });
    await expect.poll(() => load.refusals()).toBeGreaterThan(3);
    await load.stop();
    expect(load.answers.findings).toEqual([]);
    const refusing = await answeringApi({ refusesAll: true });
    const refused = startLoad({ url: refusing.url, ...plain });
    await expect.poll(() => refused.problems()[0]).toMatch(/^the only key of gift .* was refused/);
    await refused.stop();
  });

  test("a replay that is answered otherwise is found", async () => {
    const api = await answeringApi({ forgets: true });
    const load = startLoad({ url: api.url, ...plain });
    await expect.poll(() => load.answers.accepted.size).toBeGreaterThan(0);
    await load.stop();
    await load.replay();
    expect(load.answers.findings.length).toBe(load.begun());
  });

  test("each gift is created, sent and replayed with its client's key, the new one as soon as there is one", async () => {
    const api = await answeringApi();
    const random = createRandom(2);
    const changing = [
      new ClientKey("florist", { key: "old", prefix: "f" }),
      new ClientKey("bakery", { key: "b", prefix: "b" }),
    ];
    const load = startLoad({ url: api.url, giftsPerSecond: 50, clients: changing, random });
    await expect.poll(() => new Set(api.authorizations)).toEqual(new Set(["Bearer old", "Bearer b"]));
    changing[0]?.switchTo({ key: "new", prefix: "n" });
    await load.stop();
    api.authorizations.splice(0);
    await load.replay();
    expect(new Set(api.authorizations)).toEqual(new Set(["Bearer new", "Bearer b"]));
    expect(new Set(load.owners.values())).toEqual(new Set(changing));
    expect(load.owners.size).toBe(load.begun());
  });
});
