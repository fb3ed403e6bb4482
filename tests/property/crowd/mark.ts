import type { SentGift } from "@gift/core/gift/mark-sent";
import { createMarkSentBatch } from "@gift/core/gift/mark-sent-batch";
import type { Session } from "../lifecycle/session.ts";
import { type Asked, askInCrowd } from "./ask.ts";
import { ageSeconds, type SeededAttempt, type SeededGift } from "./gifts.ts";
import type { Call, CrowdProgram } from "./program.ts";

/** Of a gift that was never sent, or that doesn't exist. */
const noAttempt: SeededAttempt = {
  ...{ id: "0", giftId: "00000000-0000-7000-8000-000000000000", requestId: "key-0", number: 1, outcome: null },
};
const referenceOf = (index: number) => `reference ${index}`;

function attemptOf(gifts: readonly SeededGift[], { gift, number }: Call): SeededAttempt {
  const attempts = gifts[gift]?.attempts ?? [];
  return attempts[number % Math.max(1, attempts.length)] ?? noAttempt;
}

interface Books {
  readonly gifts: readonly { id: string; status: string; last_error: string | null }[];
  readonly attempts: readonly { id: string; outcome: string | null; provider_reference: string | null }[];
}

/**
 * Successes are reported together, some twice, some too late: each marks its own gift and attempt, and is told so once.
 */
export async function mark(session: Session, program: CrowdProgram): Promise<string[]> {
  const { gifts, asked, failures, db } = await askInCrowd(session, program, (remote, seeded) => {
    const markSent = createMarkSentBatch(remote);
    return (call, index) => markSent({ attempt: attemptOf(seeded, call), providerReference: referenceOf(index) });
  });
  const books: Books = {
    gifts: await db.selectFrom("gifts").select(["id", "status", "last_error"]).execute(),
    attempts: await db.selectFrom("send_attempts").select(["id", "outcome", "provider_reference"]).execute(),
  };
  const wrongs = gifts.flatMap((gift, index) => {
    const own = asked.filter(({ call }) => call.gift === index);
    const ofAttempt = (id: string) => own.filter(({ call }) => attemptOf(gifts, call).id === id);
    return [
      ...wrongGift(books, gift, own.filter(isOfCurrent(gift, gifts)), own),
      ...own.flatMap((each) => wrongLatency(each, index)),
      ...gift.attempts.flatMap((attempt) => wrongAttempt(books, attempt, ofAttempt(attempt.id))),
    ];
  });
  return [...failures, ...wrongs];
}

function isOfCurrent(gift: SeededGift, gifts: readonly SeededGift[]) {
  return ({ call }: { readonly call: Call }) => attemptOf(gifts, call).requestId === gift.requestIds.at(-1);
}

type Marked = Asked<SentGift | undefined>;

function wrongGift(books: Books, gift: SeededGift, current: readonly Marked[], own: readonly Marked[]): string[] {
  const { status, last_error } = books.gifts.find(({ id }) => id === gift.id) ?? { status: "gone", last_error: null };
  const told = own.filter(({ result }) => result !== undefined);
  const isMoved = gift.status === "QUEUED" && status === "SENT";
  const isHeard = current.some(({ isUnheard }) => !isUnheard);
  const isRight =
    (isMoved ? current.length > 0 && last_error === null : status === gift.status) &&
    (isMoved || gift.status !== "QUEUED" || !isHeard) &&
    told.every((each) => current.includes(each)) &&
    told.length <= (isMoved ? 1 : 0) &&
    (!isMoved || told.length === 1 || current.some(({ isUnheard }) => isUnheard));
  const refused = own.filter(({ error, isUnheard }) => error !== undefined && !isUnheard);
  return [
    ...(isRight ? [] : [`a gift that was ${gift.status} is ${status}, ${told.length} were told of it`]),
    ...refused.map(({ error }) => `a success failed: ${error}`),
  ];
}

function wrongLatency({ result }: Marked, index: number): string[] {
  if (!result || Math.abs(result.latencySeconds - ageSeconds(index)) < 50) return [];
  return [`a latency is another gift's: ${result.latencySeconds} s, not ${ageSeconds(index)} s`];
}

/** An attempt keeps its first outcome, and has none but its own. */
function wrongAttempt(books: Books, attempt: SeededAttempt, reports: readonly Marked[]): string[] {
  const row = books.attempts.find(({ id }) => id === attempt.id);
  const now = `${row?.outcome} ${row?.provider_reference}`;
  const before = `${attempt.outcome} null`;
  const possible = attempt.outcome === null ? reports.map(({ index }) => `SENT ${referenceOf(index)}`) : [before];
  const isUnreported = reports.every(({ isUnheard }) => isUnheard);
  return [...possible, ...(isUnreported ? [before] : [])].includes(now)
    ? []
    : [`an attempt that was ${before} is ${now}`];
}
