import type { AcceptedKey } from "../load/answers.ts";
import { oneOf } from "../one-of.ts";
import type { ClientKey } from "./client-key.ts";
import type { EndedKey } from "./ended-key.ts";
import { attemptsOn } from "./gift-attempt.ts";
import { create, forgeries, type Intrusion, operate } from "./intrusion.ts";
import type { Trespass } from "./trespass.ts";

/** What clients have been told so far. */
export interface KnownGifts {
  readonly answers: { readonly keys: readonly AcceptedKey[] };
  /** Who created a gift, by its id. */
  readonly owners: ReadonlyMap<string, ClientKey>;
}

export interface Prowlers {
  readonly trespass: Trespass;
  readonly intrusion: Intrusion;
  readonly load: KnownGifts;
  /** At least two. */
  readonly clients: readonly ClientKey[];
  /** In [0, 1). */
  random(): number;
}

const operatorShare = 0.1;

/** One request of a stranger, and one without a right key, of a kind and about a gift that chance decides. */
export async function prowl(prowlers: Prowlers): Promise<void> {
  const { trespass, load, random } = prowlers;
  if (load.answers.keys.length === 0) return;
  const gift = oneOf(load.answers.keys, random);
  const stranger = oneOf(strangersOf(gift.giftId, prowlers), random);
  await Promise.all([trespass.ask(gift, oneOf(attemptsOn(gift), random), stranger), intrude(prowlers)]);
}

/** One request with a key that may have ended, for a gift of its client: whatever the key is worth, it does no harm. */
export async function useOwn(
  key: EndedKey,
  owner: ClientKey,
  { load, random }: Pick<Prowlers, "load" | "random">,
): Promise<void> {
  const own = load.answers.keys.filter(({ giftId }) => load.owners.get(giftId) === owner);
  if (own.length === 0) return;
  const [show, replay] = attemptsOn(oneOf(own, random));
  await key.ask(oneOf([show, replay], random));
}

/** Everybody but a gift's own client. */
export function strangersOf(giftId: string, { load, clients }: Pick<Prowlers, "load" | "clients">): ClientKey[] {
  return clients.filter((client) => client !== load.owners.get(giftId));
}

async function intrude({ intrusion, load, clients, random }: Prowlers): Promise<void> {
  const client = oneOf(clients, random);
  if (random() < operatorShare)
    return await intrusion.ask(operate, { shows: "a client's key", headers: client.headers });
  const what = oneOf([create, ...attemptsOn(oneOf(load.answers.keys, random))], random);
  await intrusion.ask(what, oneOf(forgeries(client), random));
}
