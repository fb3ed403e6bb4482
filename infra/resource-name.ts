/** `dead-letters` → `DeadLetters`: names in the fleet have dashes, names of components have none. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|-)([a-z])/gi, (_, letter: string) => letter.toUpperCase());
}
