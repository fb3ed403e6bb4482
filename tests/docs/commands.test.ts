import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSources, root } from "../support/sources.ts";

const documents = [
  { path: "README.md", text: readFileSync(join(root, "README.md"), "utf8") },
  ...readSources("docs", ".md"),
];
const manifest: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

describe("what the documents say is true of the repository", () => {
  test.each(documents)("every script that $path runs exists", ({ text }) => {
    const scripts = Array.from(text.matchAll(/bun run ([a-z][a-z:-]*)/g), (match) => match[1] ?? "");
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  test.each(documents)("every operator's command in $path exists", ({ text }) => {
    const commands = Array.from(
      text.matchAll(/bun run (?:ops|operate (?:\$STAGE|[a-z]+)) ([a-z-]+)(?: ([a-z-]+))?/g),
      (match) => {
        const [, noun = "", verb = ""] = match;
        // Answered by `operate` itself.
        if (noun === "names") return "root";
        return noun === "migrate" ? "migrate" : `${noun}/${verb}`;
      },
    );
    const missing = commands.filter((command) => !exists(`packages/ops/src/command/${command}.ts`));
    expect(missing).toEqual([]);
  });

  test.each(documents)("every path and link in $path leads somewhere", ({ path, text }) => {
    const links = Array.from(text.matchAll(/\]\((?!https?:|#)([^)#]+)/g), (match) => join(path, "..", match[1] ?? ""));
    const named = Array.from(
      text.matchAll(/`((?:packages|docs|tests|infra|\.github)\/[\w./-]+)`/g),
      (match) => match[1] ?? "",
    );
    expect([...links, ...named].filter((target) => !exists(target))).toEqual([]);
  });

  test("the README opens with the two commands that do everything", () => {
    const readme = documents[0]?.text ?? "";
    expect(readme).toContain("npx --yes bun run local");
    expect(readme).toContain("npx --yes bun run test");
  });
});

function exists(path: string): boolean {
  try {
    readFileSync(join(root, path));
    return true;
  } catch (err) {
    return err instanceof Error && "code" in err && err.code === "EISDIR";
  }
}
