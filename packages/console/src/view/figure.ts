/** Numbers and times as the page shows them: short, and always of the same form. */

const integer = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** What stands where nothing is known. */
export const unknown = "–";

export function formatCount(count: number): string {
  return integer.format(count);
}

/** Per second: one digit behind the point below a hundred. */
export function formatRate(perSecond: number): string {
  return perSecond < 99.95 ? oneDigit.format(perSecond) : integer.format(perSecond);
}

/** Milliseconds up to a second, then seconds, then as an age. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 999.5) return `${integer.format(milliseconds)} ms`;
  if (milliseconds < 99_950) return `${oneDigit.format(milliseconds / 1_000)} s`;
  return formatAge(milliseconds / 1_000);
}

/** A duration by its two largest units. */
export function formatAge(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3_600)} h`;
}
