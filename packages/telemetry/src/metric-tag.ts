/**
 * Every tag of the metrics. `values` are all there are; where another table has them, or code that this package doesn't
 * know, `from` says which. Either way they are few and known in advance: a gift's id would make one series per gift.
 */
export const metricTags = {
  operation: { from: "the `operationId`s of `GET /openapi.json`, `document`, or `unknown` where there is no route" },
  status_class: { values: ["2xx", "3xx", "4xx", "5xx", "none"] },
  is_fast: { values: ["true", "false"] },
  is_in_time: { values: ["true", "false"] },
  error_code: { from: "`packages/core/src/send-attempt/send-error.ts` and `packages/core/src/dead-letter/record.ts`" },
  queue: { from: "the queues of `packages/fleet/src/fleet.ts`, or `unknown` for an outbox row that is for no queue" },
  verdict: { values: ["acknowledge", "retry", "release"] },
  by: { values: ["api", "sweep"] },
  pool: { values: ["api", "worker", "simulated-provider"] },
} as const satisfies Record<string, { readonly values: readonly string[] } | { readonly from: string }>;

export type MetricTag = keyof typeof metricTags;

/** What a tag may say. */
export type TagValue<Tag extends MetricTag> = (typeof metricTags)[Tag] extends {
  readonly values: readonly (infer Value extends string)[];
}
  ? Value
  : string;
