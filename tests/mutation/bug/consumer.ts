import type { Bug } from "../mutation.ts";

const queue = (file: string) => `packages/queue/src/${file}.ts`;

/** Mistakes in the consumer, which the model alone brings to light. */
export const consumerBugs: readonly Bug[] = [
  {
    bug: "a message is deleted before its handler has done its work",
    edits: [
      {
        file: queue("slot-consumer"),
        text: "    await callHandler(this.#options, lease,",
        by: '    this.#settlement.conclude(lease, { verdict: { kind: "acknowledge" } });\n    await callHandler(this.#options, lease,',
      },
    ],
    noticedAs: "nothing is deleted before its handler has resolved",
  },
  {
    bug: "stop aborts the polls in flight",
    edits: [
      {
        file: queue("slot-consumer"),
        text: '  #phase: ConsumerPhase = "created";',
        by: '  readonly #polls = new AbortController();\n  #phase: ConsumerPhase = "created";',
      },
      {
        file: queue("slot-consumer"),
        text: "() => this.#leases.awakeAt);",
        by: "() => this.#leases.awakeAt, this.#polls.signal);",
      },
      {
        file: queue("slot-consumer"),
        text: '    this.#phase = "stopping";',
        by: '    this.#phase = "stopping";\n    this.#polls.abort();',
      },
      {
        file: queue("receive"),
        text: "awakeAt: () => number,\n): Promise<Lease[]>",
        by: "awakeAt: () => number,\n  abortSignal: AbortSignal,\n): Promise<Lease[]>",
      },
      { file: queue("receive"), text: '"SentTimestamp"],\n    }),', by: '"SentTimestamp"],\n    }), { abortSignal },' },
    ],
    noticedAs: "a poll is never aborted",
  },
  {
    bug: "leases aren't extended",
    edits: [{ file: queue("lease-table"), text: "this.#prolong(lease, now);", by: "return;" }],
    noticedAs: "without a fault no lease is lost",
  },
  {
    bug: "a lost lease isn't noticed",
    edits: [
      { file: queue("lease-table"), text: "if (now >= lease.expiresAt) this.#lose(lease);\n    else if", by: "if" },
    ],
    noticedAs: "a message is hidden while its handler runs",
  },
  {
    bug: "a handler isn't told that its lease is lost",
    edits: [
      {
        file: queue("slot-consumer"),
        text: "    lease.controller.abort(err);\n    this.#tell((observer) => observer.leaseLost",
        by: "    this.#tell((observer) => observer.leaseLost",
      },
    ],
    noticedAs: "a message is hidden while its handler runs",
  },
  {
    bug: "polling goes on after stop",
    edits: [{ file: queue("poller"), text: "while (!this.#isStopped && this.#open", by: "while (this.#open" }],
    noticedAs: "no poll begins after stop",
  },
  {
    bug: "stop doesn't wait for acknowledgements",
    edits: [
      {
        file: queue("drain"),
        text: "  await parts.acknowledger.flush(deadlineAt - performance.now());\n",
        by: "  void deadlineAt;\n",
      },
    ],
    noticedAs: "no call after it has resolved",
  },
  {
    bug: "one message too many runs",
    edits: [
      {
        file: queue("slots"),
        text: "this.#running.size < this.#options.count",
        by: "this.#running.size <= this.#options.count",
      },
    ],
    noticedAs: "no more handlers run than there are slots",
  },
  {
    bug: "two polls share the same room",
    edits: [{ file: queue("poller"), text: "this.#options.room() - this.#reserved", by: "this.#options.room()" }],
    noticedAs: "no more is in hand than slots",
  },
  {
    bug: "the backoff forgets its fixed half",
    edits: [{ file: queue("backoff"), text: "const least = Math.ceil(full / 2);", by: "const least = 0;" }],
    noticedAs: "a retry waits as long as the backoff",
  },
  {
    bug: "a handler that throws counts as done",
    edits: [
      {
        file: queue("settlement"),
        text: '"verdict" in outcome ? outcome.verdict : retry();',
        by: '"verdict" in outcome ? outcome.verdict : ({ kind: "acknowledge" } as Verdict);',
      },
    ],
    noticedAs: "nothing is deleted before its handler has resolved",
  },
  {
    bug: "every entry of a batch deletes the first message",
    edits: [
      {
        file: queue("settle-call"),
        text: "Id: entryId(index), ReceiptHandle: lease.receiptHandle }));\n  const output = await client.send(new DeleteMessageBatch",
        by: "Id: entryId(index), ReceiptHandle: leases[0]?.receiptHandle ?? lease.receiptHandle }));\n  const output = await client.send(new DeleteMessageBatch",
      },
    ],
    noticedAs: "an acknowledged message isn't delivered again",
  },
];
