import { edges } from "@gift/core/gift/gift.state";
import { idempotencyKeyOf } from "@gift/worker/sender/sender";
import { sql } from "kysely";
import type { Course } from "./run.ts";
import type { Session } from "./session.ts";

interface Transition {
  gift_id: string;
  from_status: string;
  to_status: string;
  from_request: string | null;
  to_request: string | null;
}

/** Everything that is known in the end, from Postgres, SQS, the provider and the clients. */
export interface Books extends Course {
  readonly gifts: readonly { id: string; status: string; request_id: string | null }[];
  readonly requests: readonly { gift_id: string; request_id: string; response_body: string }[];
  readonly attempts: readonly { gift_id: string; request_id: string; outcome: string | null }[];
  readonly deadLetters: readonly { message_id: string; gift_id: string | null; request_id: string | null }[];
  readonly transitions: readonly Transition[];
}

/** Reads the books of a course that is over. */
export async function readBooks({ db }: Session, course: Course): Promise<Books> {
  const { rows: transitions } = await sql<Transition>`select * from transitions order by id`.execute(db);
  return {
    ...course,
    transitions,
    gifts: await db.selectFrom("gifts").select(["id", "status", "request_id"]).execute(),
    requests: await db.selectFrom("send_requests").selectAll().orderBy("created_at").execute(),
    attempts: await db.selectFrom("send_attempts").selectAll().orderBy("id").execute(),
    deadLetters: await db.selectFrom("dead_letters").selectAll().execute(),
  };
}

/** What must hold of every course. Each answers with its violations, in words. */
export const audits: Readonly<Record<string, (books: Books) => string[]>> = {
  "every accepted send ends SENT or FAILED": ({ answers, gifts, requests, isSettled }) => {
    const isEnded = (id: string) => gifts.some((gift) => gift.id === id && /^(SENT|FAILED)$/.test(gift.status));
    const asked = [...answers.filter(({ kind }) => kind === "accepted").map(({ giftId }) => giftId)];
    const open = new Set([...asked, ...requests.map(({ gift_id }) => gift_id)].filter((id) => !isEnded(id)));
    return [
      ...Array.from(open, (id) => `gift ${id} is ${gifts.find((gift) => gift.id === id)?.status}`),
      ...(isSettled ? [] : ["after half an hour without a fault there are messages or outbox rows left"]),
    ];
  },

  "a key takes effect once, and only a stored send request's key does": ({ outside, requests }) => {
    const keys = outside.provider.effects.map(({ key }) => key);
    const stored = requests.map((row) => idempotencyKeyOf({ giftId: row.gift_id, requestId: row.request_id }));
    const twice = keys.filter((key, index) => keys.indexOf(key) < index);
    return [
      ...twice.map((key) => `${key} took effect twice`),
      ...keys.filter((key) => !stored.includes(key)).map((key) => `${key} took effect and is no send request`),
    ];
  },

  "a gift takes effect once, however often it is redriven": ({ outside }) => {
    const { effects } = outside.provider;
    const told = (giftId: string) =>
      effects.filter((effect) => effect.giftId === giftId).map(({ key, at }) => `${key} at ${at}`);
    return effects
      .filter(({ giftId }, index) => effects.findIndex((effect) => effect.giftId === giftId) < index)
      .map(({ giftId }) => told(giftId).join(", "));
  },

  "no gift is SENT without an effect": ({ gifts, outside }) =>
    gifts
      .filter(({ status, id }) => status === "SENT" && !outside.provider.effects.some(({ giftId }) => giftId === id))
      .map(({ id }) => `gift ${id} is SENT`),

  "only the legal edges are taken, and only a redrive or a first send changes the request": ({ transitions }) =>
    transitions.flatMap((transition) => {
      const edge = Object.values(edges).find((each) => isAlong(each)(transition));
      const isNewRequest = transition.from_request !== transition.to_request;
      const mayChange = transition.to_status === "QUEUED";
      return edge && isNewRequest === mayChange ? [] : [`illegal: ${JSON.stringify(transition)}`];
    }),

  "an outcome belongs to its request: an attempt or a dead letter of the same one says so": (books) =>
    books.transitions.flatMap((transition) => {
      const isOfRequest = (row: { gift_id: string | null; request_id: string | null }) =>
        row.gift_id === transition.gift_id && row.request_id === transition.to_request;
      const attempts = books.attempts.filter(isOfRequest);
      const isToldBy = (outcome: string) => attempts.some((attempt) => attempt.outcome === outcome);
      if (transition.to_status === "SENT" && !isToldBy("SENT"))
        return [`SENT, but no attempt: ${JSON.stringify(transition)}`];
      if (transition.to_status !== "FAILED" || isToldBy("FAILED") || books.deadLetters.some(isOfRequest)) return [];
      return [`FAILED, but no attempt and no dead letter: ${JSON.stringify(transition)}`];
    }),

  "a replay is the first answer, byte for byte, and one key is accepted once": ({ answers, requests }) =>
    answers.flatMap(({ giftId, requestId, kind, body }, index) => {
      if (kind === "conflict") return [];
      const row = requests.find((each) => each.gift_id === giftId && each.request_id === requestId);
      const isSecond = answers.some(
        (each, at) => at < index && each.giftId === giftId && each.requestId === requestId && each.kind === "accepted",
      );
      return [
        ...(row?.response_body === body
          ? []
          : [`${giftId} ${requestId}: answered ${body}, stored ${row?.response_body}`]),
        ...(kind === "accepted" && isSecond ? [`${giftId} ${requestId} was accepted twice`] : []),
      ];
    }),

  "one key per gift wins": ({ requests }) => {
    const clients = requests.filter(({ request_id }) => request_id.startsWith("key-")).map(({ gift_id }) => gift_id);
    return clients.filter((id, index) => clients.indexOf(id) < index).map((id) => `gift ${id} took two keys`);
  },

  "what SQS gave up on is a dead letter, once": ({ outside: { model, deadLettersUrl }, deadLetters }) => {
    const moved = new Set(model.find(deadLettersUrl).queue.accepted);
    const recorded = deadLetters.map(({ message_id }) => message_id);
    return [
      ...Array.from(moved)
        .filter((id) => !recorded.includes(id))
        .map((id) => `${id} is not recorded`),
      ...recorded.filter((id) => !moved.has(id)).map((id) => `${id} was never moved`),
    ];
  },
};

function isAlong({ from, to }: { readonly from: string; readonly to: string }) {
  return ({ from_status, to_status }: Transition) => from_status === from && to_status === to;
}
