/**
 * Picks one by chance.
 * @param random in [0, 1)
 * @throws RangeError when there is none
 */
export function oneOf<Item>(items: readonly Item[], random: () => number): Item {
  const index = Math.floor(random() * items.length);
  for (const item of items.slice(index, index + 1)) return item;
  throw new RangeError("there is nothing to pick from");
}
