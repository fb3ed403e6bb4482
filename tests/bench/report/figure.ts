/** Three digits that count, and no more: the rest is noise. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1_000) return Math.round(value).toLocaleString("en");
  if (size >= 100) return value.toFixed(0);
  return size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** @param unit as in the table of goals */
export function withUnit(value: number, unit: string): string {
  return `${figure(value)} ${unit}`;
}
