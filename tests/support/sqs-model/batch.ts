import { failedEntry } from "./error.ts";
import type { FaultDice } from "./fault.ts";
import { checkBatch } from "./limit.ts";

interface Batch<Entry> {
  /** Refuses the whole call by throwing. */
  check?(entries: readonly Entry[]): void;
  /** Does one entry; what it throws is this entry's failure alone. */
  run(entry: Entry): object | undefined;
}

/** A batch call succeeds as a call, whatever its entries do: each of them is in one of the two lists. */
export function runBatch<Entry extends { readonly Id: string | undefined }>(
  entries: readonly Entry[],
  dice: FaultDice,
  { check, run }: Batch<Entry>,
): object {
  checkBatch(entries);
  check?.(entries);
  const successful: object[] = [];
  const failed: object[] = [];
  for (const entry of entries) {
    const id = entry.Id ?? "";
    try {
      if (dice.happens("failEntry")) failed.push(failedEntry(id, undefined));
      else successful.push({ Id: id, ...run(entry) });
    } catch (err) {
      failed.push(failedEntry(id, err));
    }
  }
  return { ...(successful.length > 0 && { Successful: successful }), ...(failed.length > 0 && { Failed: failed }) };
}
