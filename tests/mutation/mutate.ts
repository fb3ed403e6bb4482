import { registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Edit } from "./edit.ts";

/**
 * Preloaded (`node --import`) into a process that is to run with mistakes in its sources: they are edited as they are
 * loaded, and the files stay as they are.
 */
const root = join(import.meta.dirname, "../..");
const edits: readonly Edit[] = JSON.parse(process.env.MUTATION ?? "[]");

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const own = url.startsWith("file:") ? edits.filter(({ file }) => join(root, file) === fileURLToPath(url)) : [];
    if (own.length === 0) return loaded;
    return { ...loaded, source: own.reduce(applied, String(loaded.source)) };
  },
});

function applied(source: string, { file, text, by }: Edit): string {
  // A mutation that changes nothing would prove nothing.
  if (source.split(text).length !== 2) throw new Error(`${file} has this text not once: ${text}`);
  return source.replace(text, () => by);
}
