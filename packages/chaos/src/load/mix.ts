/** One gift of the load, and how its clients ask. */
export interface GiftPlan {
  /** A test value of the simulated provider, or what people write. */
  readonly message: string;
  /** Requests with the same key at the same moment, as when an impatient client asks again. */
  readonly copies: number;
  /** Another client asks for the same gift under a key of its own: one of them is refused. */
  readonly hasRival: boolean;
}

/** Shares of what gifts say; the rest is at the mercy of the provider's failure rate. */
const messages: readonly (readonly [share: number, message: string])[] = [
  [0.1, "test:fail-first-2"],
  [0.04, "test:fail-always"],
  [0.04, "test:permanent"],
  [0.1, "test:slow-1500"],
  // Longer than a shortened lease: delivered to another worker while the first one is at it.
  [0.02, "test:slow-9000"],
];
const copiesShare = 0.15;
const mostCopies = 3;
const rivalShare = 0.05;

/** @param random in [0, 1) */
export function nextGift(random: () => number): GiftPlan {
  return {
    message: messageAt(random()),
    copies: random() < copiesShare ? 2 + Math.floor(random() * (mostCopies - 1)) : 1,
    hasRival: random() < rivalShare,
  };
}

function messageAt(position: number): string {
  let passed = 0;
  for (const [share, message] of messages) {
    passed += share;
    if (position < passed) return message;
  }
  return "A gift of the chaos";
}
