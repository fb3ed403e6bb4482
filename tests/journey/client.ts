import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** One answer of the API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What a client knows of one send that was accepted. */
export interface AcceptedSend {
  readonly giftId: string;
  readonly key: string;
  readonly text: string;
}

export async function call(
  method: string,
  url: string,
  options: { key?: string; body?: unknown } = {},
): Promise<Answer> {
  const res = await fetch(url, {
    method,
    headers: {
      ...(options.key !== undefined && { "idempotency-key": options.key }),
      ...(options.body !== undefined && { "content-type": "application/json" }),
    },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
    signal: AbortSignal.timeout(10_000),
  });
  return { status: res.status, headers: res.headers, text: await res.text() };
}

export async function createGift(apiUrl: string, message?: string): Promise<string> {
  const answer = await insist(() => call("POST", `${apiUrl}/gifts`, { body: { amount: 100, message } }));
  const gift: { gift_id: string } = JSON.parse(answer.text);
  return gift.gift_id;
}

/** Creates a gift and asks for it to be sent, with one key however often it takes. */
export async function sendGift(apiUrl: string, message?: string): Promise<AcceptedSend> {
  const giftId = await createGift(apiUrl, message);
  const key = randomUUID();
  const answer = await insist(() => call("POST", `${apiUrl}/gifts/${giftId}/send`, { key }));
  return { giftId, key, text: answer.text };
}

export async function statusOf(apiUrl: string, giftId: string): Promise<string> {
  const answer = await insist(() => call("GET", `${apiUrl}/gifts/${giftId}`));
  const gift: { status: string } = JSON.parse(answer.text);
  return gift.status;
}

/** Retries as a good client does: 503, or no answer at all, and the same request again; anything else is final. */
async function insist(request: () => Promise<Answer>): Promise<Answer> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const answer = await request().catch((err: unknown) => err);
    if (isAnswer(answer) && answer.status < 300) return answer;
    if (isAnswer(answer) && answer.status !== 503) throw new Error(`the API answered ${answer.status}: ${answer.text}`);
    if (performance.now() > deadline) throw new Error("the API was away for too long", { cause: answer });
    await sleep(50);
  }
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && "text" in value;
}

/** Steady load: so many clients, each sending one gift after the other until it is told to stop. */
export function startLoad(apiUrl: string, clients: number): { stop(): Promise<readonly AcceptedSend[]> } {
  const accepted: AcceptedSend[] = [];
  let isStopping = false;
  const client = async () => {
    while (!isStopping) accepted.push(await sendGift(apiUrl));
  };
  const running = Promise.all(Array.from({ length: clients }, client));
  // The error is reported by stop(); until then nobody listens.
  running.catch(() => undefined);
  return {
    async stop() {
      isStopping = true;
      await running;
      return accepted;
    },
  };
}
