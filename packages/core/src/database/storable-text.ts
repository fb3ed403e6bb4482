/**
 * Text from elsewhere (a provider, SQS, a stack of causes) as a column can hold it: no NUL, which Postgres refuses
 * and which would make recording an error fail for good, no lone surrogates, and cut by code points, as
 * `char_length` counts.
 * @param text anything
 * @param mostCharacters code points kept
 */
export function toStorableText(text: string, mostCharacters: number): string {
  const clean = text.replaceAll("\u0000", "").toWellFormed();
  return clean.length <= mostCharacters ? clean : Array.from(clean).slice(0, mostCharacters).join("");
}
