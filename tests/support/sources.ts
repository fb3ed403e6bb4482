import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..", "..");

export interface Source {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/**
 * Reads every file below a folder of the repository.
 * @param folder relative to the repository
 * @param ending e.g. `.ts`
 */
export function readSources(folder: string, ending: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path).replaceAll("\\", "/"))
    .filter((path) => path.endsWith(ending) && !path.includes("node_modules/"))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/** The module names that a source imports, types included. */
export function importsOf(source: Source): string[] {
  return Array.from(source.text.matchAll(/(?:from|import)\s+"([^"]+)"|import\("([^"]+)"\)/g), (match) => {
    return match[1] ?? match[2] ?? "";
  });
}
