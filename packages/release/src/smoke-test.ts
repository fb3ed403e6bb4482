import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { check } from "@gift/link/check";
import { Type } from "@sinclair/typebox";

export interface SmokeTestOptions {
  /** The API's address, without a slash at the end. */
  readonly url: string;
  readonly apiKey?: string | undefined;
  /** For all of it: a new load balancer's name takes minutes to be known, a gift with failed attempts likewise. */
  readonly deadlineSeconds: number;
  /** Told at once, and then every ten seconds, what is waited for. */
  onWaiting?(sentence: string): void;
}

export interface SmokeTest {
  readonly giftId: string;
  /** From the accepted send to SENT, as polled. */
  readonly sentAfterMilliseconds: number;
}

/** A gift that isn't SENT by then is worth a word. */
const usualMilliseconds = 5_000;

const created = Type.Object({ gift_id: Type.String() });
const found = Type.Object({ status: Type.String(), last_error: Type.Union([Type.String(), Type.Null()]) });

/**
 * What a client does, once: is it ready, create a gift, ask for it to be sent, ask again under the same key, wait for
 * SENT.
 * @param options where, as whom and how long
 * @throws Error saying which step answered what
 */
export async function smokeTest(options: SmokeTestOptions): Promise<SmokeTest> {
  const api = createCaller(options);
  await api("GET", "/readyz", 200);
  const body = { amount: 1, message: "smoke test" };
  const { gift_id: giftId } = check(created, await api("POST", "/gifts", 201, { body }), "the created gift");
  const key = `smoke-${randomUUID()}`;
  await api("POST", `/gifts/${giftId}/send`, [202, 200], { key });
  const acceptedAt = performance.now();
  await api("POST", `/gifts/${giftId}/send`, 200, { key });
  for (;;) {
    const gift = check(found, await api("GET", `/gifts/${giftId}`, 200), "the gift");
    if (gift.status === "SENT") return { giftId, sentAfterMilliseconds: performance.now() - acceptedAt };
    if (gift.status === "FAILED") throw new Error(`gift ${giftId} is FAILED: ${gift.last_error}`);
    const sentence = `gift ${giftId} is still ${gift.status}: ${gift.last_error}`;
    if (performance.now() > api.deadline) throw new Error(sentence);
    if (performance.now() - acceptedAt > usualMilliseconds) api.report(sentence);
    await sleep(250);
  }
}

/**
 * What can be tried without a key where one is asked for: is it ready, and does it refuse a gift.
 * @param options where and how long
 * @throws Error saying which step answered what
 */
export async function closedTest(options: Omit<SmokeTestOptions, "apiKey">): Promise<void> {
  const api = createCaller(options);
  await api("GET", "/readyz", 200);
  await api("POST", "/gifts", 401, { body: { amount: 1 } });
}

interface Call {
  readonly key?: string;
  readonly body?: object;
}

/** Asks again while nobody answers or the answer is a 5xx, as a load balancer's is before its first healthy target. */
function createCaller({ url, apiKey, deadlineSeconds, onWaiting }: SmokeTestOptions) {
  const deadline = performance.now() + deadlineSeconds * 1_000;
  const report = seldom(onWaiting ?? (() => undefined));
  const call = async (method: string, path: string, expected: number | readonly number[], { key, body }: Call = {}) => {
    const headers = {
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      ...(key !== undefined && { "idempotency-key": key }),
      ...(body !== undefined && { "content-type": "application/json" }),
    };
    const request = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    for (;;) {
      const answer = await ask(`${url}${path}`, request);
      if ([expected].flat().includes(answer.status)) return JSON.parse(answer.text) as unknown;
      const sentence = `${method} ${path} answered ${answer.status || "nothing"}: ${answer.text}`;
      if (isFinal(answer.status) || performance.now() > deadline) throw new Error(sentence);
      report(sentence);
      await sleep(500);
    }
  };
  return Object.assign(call, { deadline, report });
}

function seldom(tell: (sentence: string) => void): (sentence: string) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (sentence) => {
    if (performance.now() - toldAt < 10_000) return;
    toldAt = performance.now();
    tell(sentence);
  };
}

function isFinal(status: number): boolean {
  return status > 0 && status < 500;
}

/** No answer at all is status 0: like a 5xx, it may be another one the next time. */
async function ask(address: string, request: RequestInit): Promise<{ status: number; text: string }> {
  try {
    const res = await fetch(address, { ...request, redirect: "error", signal: AbortSignal.timeout(10_000) });
    return { status: res.status, text: await res.text() };
  } catch (err) {
    const { message, cause } = err instanceof Error ? err : new Error(String(err));
    return { status: 0, text: cause instanceof Error ? cause.message : message };
  }
}
