import { createKeyMemory, keyMemorySeconds } from "@gift/api/access/key-memory";
import { generateKey, type Verifier } from "@gift/core/api-key/credential";
import type { VerifiedKey } from "@gift/core/api-key/verify";
import { expect, test } from "vitest";

const valid: VerifiedKey = {
  id: "1",
  prefix: "abcdefgh",
  clientId: "shop",
  scopes: ["client"],
  rateLimitPerMinute: null,
};

/** A database that knows the keys it is told of, counts the questions, and a clock that stands still. */
function memoryOf(...known: Verifier[]) {
  const asked: string[] = [];
  const hashes = new Set(known.map(({ hash }) => hash));
  const clock = { now: 0 };
  const memory = createKeyMemory(
    {
      verify({ hash }) {
        asked.push(hash);
        return Promise.resolve(hashes.has(hash) ? valid : undefined);
      },
    },
    () => clock.now,
  );
  return { memory, asked, hashes, clock };
}

const millisecondsHeld = keyMemorySeconds * 1_000;

test("a right key is asked about once in five seconds", async () => {
  const { verifier } = generateKey();
  const { memory, asked, clock } = memoryOf(verifier);
  for (clock.now = 0; clock.now < millisecondsHeld; clock.now += 100) expect(await memory.verify(verifier)).toBe(valid);
  expect(asked).toHaveLength(1);
  expect(await memory.verify(verifier)).toBe(valid);
  expect(asked).toHaveLength(2);
});

test("a revocation is noticed after five seconds at the latest, however often the key is used", async () => {
  expect(keyMemorySeconds).toBeLessThanOrEqual(5);
  const { verifier } = generateKey();
  const { memory, hashes, clock } = memoryOf(verifier);
  await memory.verify(verifier);
  clock.now = 1;
  hashes.delete(verifier.hash);
  while (await memory.verify(verifier)) clock.now += 100;
  expect(clock.now).toBeLessThanOrEqual(millisecondsHeld + 100);
});

test("the time counts from the question, not from its answer: a slow database doesn't prolong a revoked key", async () => {
  const { verifier } = generateKey();
  const clock = { now: 0 };
  const questions: PromiseWithResolvers<VerifiedKey | undefined>[] = [];
  const ask = () => {
    const question = Promise.withResolvers<VerifiedKey | undefined>();
    questions.push(question);
    return question.promise;
  };
  const memory = createKeyMemory({ verify: ask }, () => clock.now);
  const first = memory.verify(verifier);
  clock.now = millisecondsHeld - 1;
  questions[0]?.resolve(valid);
  expect(await first).toBe(valid);
  clock.now = millisecondsHeld;
  void memory.verify(verifier);
  expect(questions).toHaveLength(2);
});

test("a wrong key is remembered as well, and is let in within five seconds once it is issued", async () => {
  const { verifier } = generateKey();
  const { memory, asked, hashes, clock } = memoryOf();
  for (let attempt = 0; attempt < 1_000; attempt += 1) expect(await memory.verify(verifier)).toBeUndefined();
  expect(asked).toHaveLength(1);
  hashes.add(verifier.hash);
  clock.now = millisecondsHeld;
  expect(await memory.verify(verifier)).toBe(valid);
});

test("a flood of wrong keys pushes no right one out, and takes no more memory than its bound", async () => {
  const right = generateKey().verifier;
  const { memory, asked } = memoryOf(right);
  await memory.verify(right);
  const wrong = (index: number) => ({ prefix: "abcdefgh", hash: index.toString(16).padStart(64, "0") });
  for (let index = 0; index < 30_000; index += 1) await memory.verify(wrong(index));
  asked.length = 0;
  await memory.verify(right);
  expect(asked).toEqual([]);
  await memory.verify(wrong(29_999));
  expect(asked).toEqual([]);
  // The first of the flood has been forgotten.
  await memory.verify(wrong(0));
  expect(asked).toHaveLength(1);
});

test("a question that fails is not remembered: the next one is asked again", async () => {
  const { verifier } = generateKey();
  const answers = [() => Promise.reject(new Error("away")), () => Promise.resolve(valid)];
  const memory = createKeyMemory({ verify: () => answers.shift()?.() ?? Promise.resolve(undefined) });
  await expect(memory.verify(verifier)).rejects.toThrow("away");
  expect(await memory.verify(verifier)).toBe(valid);
});
