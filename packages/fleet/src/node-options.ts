import type { HeapDeclaration } from "./declaration.ts";

/**
 * The value of NODE_OPTIONS for a process that runs these services: the largest of their heaps.
 * @param services at least one
 */
export function nodeOptions(services: readonly { readonly heap: HeapDeclaration }[]): string {
  const largest = (read: (heap: HeapDeclaration) => number) => Math.max(...services.map(({ heap }) => read(heap)));
  return [
    `--max-old-space-size=${largest((heap) => heap.oldSpaceMegabytes)}`,
    `--max-semi-space-size=${largest((heap) => heap.semiSpaceMegabytes)}`,
  ].join(" ");
}
