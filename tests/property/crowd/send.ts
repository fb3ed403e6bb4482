import type { SendOutcome } from "@gift/core/gift/request-send";
import { createRequestSendBatch } from "@gift/core/gift/request-send-batch";
import { encodeSendMessage } from "@gift/core/send-request/send-message";
import type { Session } from "../lifecycle/session.ts";
import { type Asked, askInCrowd } from "./ask.ts";
import { requestIds, type SeededGift } from "./gifts.ts";
import type { Call, CrowdProgram } from "./program.ts";

const unknownGift = "00000000-0000-7000-8000-000000000000";
const requestIdOf = ({ request }: Call) => requestIds[request] ?? "";
const attributesOf = (index: number) => ({ caller: `${index}` });
/** Some ten minutes, some ten seconds. */
const leaseOf = ({ number }: Call) => (number % 2 ? 600 : 10);

interface Books {
  readonly gifts: readonly { id: string; status: string; request_id: string | null }[];
  readonly requests: readonly { gift_id: string; request_id: string; response_body: string }[];
  readonly messages: readonly { id: string; body: string; attributes: object; available_at: Date; created_at: Date }[];
}

/** Everybody asks for gifts to be sent: each is answered as alone, and of those who may send a gift one does. */
export async function send(session: Session, program: CrowdProgram): Promise<string[]> {
  const { gifts, asked, failures, db } = await askInCrowd(session, program, (remote, seeded) => {
    const requestTheSend = createRequestSendBatch(remote);
    return (call, index) =>
      requestTheSend({
        giftId: seeded[call.gift]?.id ?? unknownGift,
        requestId: requestIdOf(call),
        owner: call.who === "anybody" ? "anybody" : { clientId: call.who },
        attributes: attributesOf(index),
        leaseSeconds: leaseOf(call),
      });
  });
  const books: Books = {
    gifts: await db.selectFrom("gifts").select(["id", "status", "request_id"]).execute(),
    requests: await db.selectFrom("send_requests").selectAll().execute(),
    messages: await db.selectFrom("outbox").selectAll().execute(),
  };
  return [
    ...failures,
    ...asked.flatMap((each) => wrongAnswer(books, gifts[each.call.gift], each)),
    ...gifts.flatMap((gift, index) => wrongGift(books, gift, ofGift(asked, index))),
  ];
}

function ofGift<Result>(asked: readonly Asked<Result>[], index: number) {
  return asked.filter(({ call }) => call.gift === index);
}

const isOwned = (gift: SeededGift, { who }: Call) => who === "anybody" || who === gift.owner;

function wrongAnswer(books: Books, gift: SeededGift | undefined, asked: Asked<SendOutcome>): string[] {
  const { call, result, error, isUnheard } = asked;
  if (isUnheard) return [];
  const told = `gift ${call.gift} under ${requestIdOf(call)} by ${call.who}: ${result?.kind ?? error}`;
  if (!(gift && isOwned(gift, call))) return error === "NOT_FOUND" ? [] : [`another's gift was found, ${told}`];
  const stored = books.requests.find((row) => row.gift_id === gift.id && row.request_id === requestIdOf(call));
  if (error !== undefined) return error === "CONFLICT" && !stored ? [] : [`refused for no reason, ${told}`];
  if (stored?.response_body !== result?.responseBody) return [`answered with another's body, ${told}`];
  return result?.kind === "accepted" ? wrongMessage(books, gift, asked, result.message.id) : [];
}

function wrongMessage(books: Books, gift: SeededGift, { call, index }: Asked<SendOutcome>, id: string): string[] {
  const row = books.messages.find((message) => message.id === id);
  const leaseSeconds = row ? (row.available_at.getTime() - row.created_at.getTime()) / 1_000 : 0;
  const isOwn =
    row?.body === encodeSendMessage(gift.id, requestIdOf(call)) &&
    JSON.stringify(row.attributes) === JSON.stringify(attributesOf(index)) &&
    Math.abs(leaseSeconds - leaseOf(call)) < 5;
  return isOwn ? [] : [`accepted with another's message: ${JSON.stringify(row)}`];
}

function wrongGift(books: Books, gift: SeededGift, asked: readonly Asked<SendOutcome>[]): string[] {
  const { status, request_id } = books.gifts.find(({ id }) => id === gift.id) ?? { status: "gone", request_id: null };
  const accepted = asked.filter(({ result }) => result?.kind === "accepted");
  const isUnheard = asked.some((each) => each.isUnheard);
  const requests = books.requests.filter((row) => row.gift_id === gift.id).length - gift.requestIds.length;
  const messages = books.messages.filter(({ body }) => body.includes(gift.id)).length;
  const isMoved = gift.status === "CREATED" && status === "QUEUED";
  const mayHaveMoved = asked.some(({ call }) => isOwned(gift, call) && requestIdOf(call) === request_id);
  const isRight =
    accepted.length <= (isMoved ? 1 : 0) &&
    (isMoved ? mayHaveMoved && (isUnheard || accepted.length === 1) : status === gift.status) &&
    requests === (isMoved ? 1 : 0) &&
    messages === requests;
  const found = `${accepted.length} acceptances, ${requests} requests, ${messages} messages`;
  return isRight ? [] : [`a gift that was ${gift.status} is ${status} with ${found}`];
}
