import { createGiftBatch } from "@gift/core/gift/create";
import type { Gift } from "@gift/core/gift/gift";
import type { Session } from "../lifecycle/session.ts";
import { type Asked, askInCrowd, isPossible } from "./ask.ts";
import type { Call, CrowdProgram } from "./program.ts";

/** No two calls' amounts are the same; one in ten is none that Postgres takes. */
const amountOf = ({ number }: Call, index: number) => (number === 0 ? -index : 10_000 + index);
const messageOf = (index: number) => (index % 2 ? `message of ${index}` : null);
const clientOf = ({ who }: Call) => (who === "anybody" ? null : who);

/** Everybody creates a gift: each gets the own one, and a bad one fails alone. */
export async function create(session: Session, program: CrowdProgram): Promise<string[]> {
  const { gifts, asked, db } = await askInCrowd(session, program, (remote) => {
    const createGift = createGiftBatch(remote);
    return (call, index) =>
      createGift({ amount: amountOf(call, index), message: messageOf(index), clientId: clientOf(call) });
  });
  const rows = await db.selectFrom("gifts").select(["id", "amount"]).execute();
  const seeded = new Set(gifts.map(({ id }) => id));
  return asked.flatMap((each) => {
    const amount = amountOf(each.call, each.index);
    const stored = rows.filter((row) => row.amount === amount && !seeded.has(row.id));
    return [...wrongAnswer(each, amount, stored[0]?.id), ...wrongCount(each, amount, stored.length)];
  });
}

function wrongAnswer({ call, index, result, error, isUnheard }: Asked<Gift>, amount: number, id = ""): string[] {
  if (isUnheard) return [];
  // 23514: a check's violation.
  if (amount <= 0) return error === "23514" ? [] : [`the amount ${amount} was answered ${error ?? "with a gift"}`];
  if (!result) return [`a gift that is right failed: ${error}`];
  const told = [result.id, result.amount, result.message, result.clientId, result.status].join();
  const own = [id, amount, messageOf(index), clientOf(call), "CREATED"].join();
  return told === own ? [] : [`a gift is another caller's: ${told}, not ${own}`];
}

function wrongCount({ result, isUnheard }: Asked<Gift>, amount: number, count: number): string[] {
  if (isPossible(count, result ? 1 : 0, isUnheard && amount > 0 ? 1 : 0)) return [];
  return [`one call created ${count} gifts`];
}
