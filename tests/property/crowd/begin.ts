import type { Beginning } from "@gift/core/send-attempt/begin";
import { createBeginBatch } from "@gift/core/send-attempt/begin-batch";
import type { Session } from "../lifecycle/session.ts";
import { type Asked, askInCrowd, isPossible } from "./ask.ts";
import { requestIds, type SeededGift } from "./gifts.ts";
import type { Call, CrowdProgram } from "./program.ts";

const unknownGift = "00000000-0000-7000-8000-000000000000";
const requestIdOf = ({ request }: Call) => requestIds[request] ?? "";
const receiveCountOf = ({ number }: Call) => number + 1;

interface AttemptRow {
  readonly id: string;
  readonly gift_id: string;
  readonly request_id: string;
  readonly number: number;
  readonly receive_count: number;
}

/**
 * Messages arrive together, some of them twice: each delivery finds what it would find alone, and begins its own
 * attempt.
 */
export async function begin(session: Session, program: CrowdProgram): Promise<string[]> {
  const { gifts, asked, failures, db } = await askInCrowd(session, program, (remote, seeded) => {
    const beginAttempt = createBeginBatch(remote);
    return (call) =>
      beginAttempt({
        giftId: seeded[call.gift]?.id ?? unknownGift,
        requestId: requestIdOf(call),
        receiveCount: receiveCountOf(call),
      });
  });
  const rows = await db.selectFrom("send_attempts").selectAll().execute();
  return [
    ...failures,
    ...asked.flatMap((each) => wrongBeginning(rows, gifts[each.call.gift], each)),
    ...sharedAttempts(asked),
    ...gifts.flatMap((gift, index) => wrongAttempts(rows, gift, index, asked)),
  ];
}

function expectedKind(gift: SeededGift | undefined, call: Call): Beginning["kind"] {
  if (!gift) return "unknown-gift";
  if (gift.requestIds.at(-1) !== requestIdOf(call)) return "stale";
  return gift.status === "QUEUED" ? "begun" : "duplicate";
}

function wrongBeginning(rows: readonly AttemptRow[], gift: SeededGift | undefined, asked: Asked<Beginning>): string[] {
  const { call, result, error, isUnheard } = asked;
  if (isUnheard) return [];
  const expected = expectedKind(gift, call);
  if (result?.kind !== expected) return [`a delivery found ${result?.kind ?? error}, not ${expected}`];
  if (result.kind !== "begun" || !gift) return [];
  const { attempt, gift: found } = result;
  const row = rows.find(({ id }) => id === attempt.id);
  const stored = [row?.gift_id, row?.request_id, row?.number, row?.receive_count].join();
  const own = [gift.id, requestIdOf(call), attempt.number, receiveCountOf(call)].join();
  const told = [attempt.giftId, found.code, found.amount, found.message, ...found.earlierRequestIds].join();
  const seeded = [gift.id, gift.code, gift.amount, gift.message, ...gift.requestIds.slice(0, -1)].join();
  return [
    ...(stored === own ? [] : [`an attempt is another delivery's: ${stored}, not ${own}`]),
    ...(told === seeded ? [] : [`a delivery was given another gift: ${told}, not ${seeded}`]),
  ];
}

function sharedAttempts(asked: readonly Asked<Beginning>[]): string[] {
  const ids = asked.flatMap(({ result }) => (result?.kind === "begun" ? result.attempt.id : []));
  return ids.filter((id, index) => ids.indexOf(id) < index).map((id) => `two deliveries share attempt ${id}`);
}

function wrongAttempts(
  rows: readonly AttemptRow[],
  gift: SeededGift,
  index: number,
  asked: readonly Asked<Beginning>[],
) {
  return gift.requestIds.flatMap((requestId) => {
    const own = rows.filter((row) => row.gift_id === gift.id && row.request_id === requestId);
    const numbers = own.map(({ number }) => number).toSorted((one, other) => one - other);
    const calls = asked.filter(({ call }) => call.gift === index && requestIdOf(call) === requestId);
    const begun = calls.filter(({ result }) => result?.kind === "begun").length;
    const unheard = calls.filter(({ call, isUnheard }) => isUnheard && expectedKind(gift, call) === "begun").length;
    const fresh = own.length - gift.attempts.filter((attempt) => attempt.requestId === requestId).length;
    return [
      ...(isPossible(fresh, begun, unheard) ? [] : [`${begun} deliveries began ${fresh} attempts`]),
      ...(numbers.every((number, at) => number === at + 1) ? [] : [`attempts are numbered ${numbers}`]),
    ];
  });
}
