/**
 * The states of a gift and the legal edges between them: the one place that says so. docs/gift-lifecycle.md draws it.
 */
export const giftStatuses = ["CREATED", "QUEUED", "SENT", "FAILED"] as const;

export type GiftStatus = (typeof giftStatuses)[number];

export interface Edge {
  readonly from: GiftStatus;
  readonly to: GiftStatus;
  readonly by: string;
}

export const edges = {
  requestSend: { from: "CREATED", to: "QUEUED", by: "an accepted send request" },
  markSent: { from: "QUEUED", to: "SENT", by: "the worker, after the send took effect" },
  markFailed: {
    from: "QUEUED",
    to: "FAILED",
    by: "the worker on the last attempt or a permanent error; the dead-letter handler",
  },
  redrive: { from: "FAILED", to: "QUEUED", by: "an operator's redrive" },
} as const satisfies Record<string, Edge>;
