const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/**
 * A number in digits and letters only, so that a double click selects all of a key and no shell or URL has to quote it.
 * @param value not negative
 * @param length characters; zeros go in front. The caller knows that the value fits
 */
export function toBase62(value: bigint, length: number): string {
  const characters: string[] = [];
  for (let rest = value; characters.length < length; rest /= 62n) characters.push(alphabet.charAt(Number(rest % 62n)));
  return characters.reverse().join("");
}
