import type { DeadLetterFilter } from "@gift/core/dead-letter/find";
import { optional, parseErrorCode, parseFingerprint, parseGiftId, parseTime } from "../../argument.ts";

/** Flags that narrow a selection; all that are given must hold. */
export const filterFlags = {
  "error-code": { type: "string", description: "only dead letters with this error code" },
  fingerprint: {
    type: "string",
    description: "only dead letters with this error, whatever ids and numbers its text carries",
  },
  gift: { type: "string", description: "only dead letters of the gift with this id" },
  since: { type: "string", description: "only dead letters recorded at this ISO time or later" },
  until: { type: "string", description: "only dead letters recorded before this ISO time" },
} as const;

export type FilterArguments = { readonly [Flag in keyof typeof filterFlags]: string | undefined };

/** @throws UsageError naming the flag that is malformed */
export function parseFilter(args: FilterArguments): DeadLetterFilter {
  return {
    errorCode: optional(args["error-code"], parseErrorCode),
    fingerprint: optional(args.fingerprint, parseFingerprint),
    giftId: optional(args.gift, parseGiftId),
    createdAfter: optional(args.since, (text) => parseTime(text, "--since")),
    createdBefore: optional(args.until, (text) => parseTime(text, "--until")),
  };
}
