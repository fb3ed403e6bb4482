import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "@gift/ops/command";
import { root } from "@gift/ops/command/root";
import { describe, expect, test } from "vitest";
import { root as folder, readSources } from "../support/sources.ts";

const documents = [
  { path: "README.md", text: readFileSync(join(folder, "README.md"), "utf8") },
  ...readSources("docs", ".md"),
];
const manifest: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

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

  test.each(documents)("every flag of an operator's command in $path is one that it takes", ({ text }) => {
    const lines = text.matchAll(/bun run (?:ops|operate (?:\$STAGE|[a-z]+)) ([^`\n#|]+)/g);
    expect(Array.from(lines, ([, words = ""]) => unknownFlags(words.trim().split(/\s+/))).flat()).toEqual([]);
  });

  test("every word that documents and rehearsals say to `bun run release` is one that it knows", () => {
    const usage = readFileSync(join(folder, "packages/release/src/main.ts"), "utf8");
    const texts = [...documents, ...readSources("packages/rehearsal", ".ts")];
    const words = texts.flatMap(({ text }) =>
      Array.from(text.matchAll(/bun run release ([a-z]+)/g), ([, word]) => word),
    );
    expect(words.length).toBeGreaterThan(3);
    expect(words.filter((word) => !usage.includes(`bun run release ${word} `))).toEqual([]);
  });

  test("a flag that a command hasn't got is noticed", () => {
    expect(unknownFlags(["gifts", "list", "--status", "QUEUED", "--youngest"])).toEqual(["gifts list --youngest"]);
  });

  test.each(documents)("every path and link in $path leads somewhere", ({ path, text }) => {
    const links = Array.from(text.matchAll(/\]\((?!https?:|#)([^)#]+)/g), (match) => join(path, "..", match[1] ?? ""));
    const named = Array.from(
      text.matchAll(/`((?:packages|docs|tests|infra|\.github)\/[\w./-]+)`/g),
      (match) => match[1] ?? "",
    );
    expect([...links, ...named].filter((target) => !exists(target))).toEqual([]);
  });

  test("what works in a fresh clone installs first: the README's commands, and those that development.md says", () => {
    const [readme, development] = ["README.md", "docs/development.md"].map(
      (path) => documents.find((document) => document.path === path)?.text ?? "",
    );
    const offered = readme?.matchAll(/bun run ([a-z]+)/g) ?? [];
    const [, said = ""] = /In a fresh clone (.*)\s+install what they need/.exec(development ?? "") ?? [];
    const named = said.matchAll(/`([a-z]+)`/g);
    const installing = Object.keys(manifest.scripts).filter((name) =>
      manifest.scripts[name]?.startsWith("bun install --frozen-lockfile"),
    );
    expect(new Set(Array.from(named, ([, name]) => name))).toEqual(new Set(installing));
    // An operator's command is for a system that runs.
    const first = Array.from(offered, ([, name = ""]) => name).filter((name) => name !== "ops");
    expect(first.filter((name) => !installing.includes(name))).toEqual([]);
  });

  test("the README opens with the two commands that do everything", () => {
    const readme = documents[0]?.text ?? "";
    expect(readme).toContain("npx --yes bun run local");
    expect(readme).toContain("npx --yes bun run test");
  });
});

/** Flags that the operator's command at the start of the words doesn't take. */
function unknownFlags(words: readonly string[]): readonly string[] {
  let command: Command = root;
  const path: string[] = [];
  for (const word of words) {
    const next: Command | undefined = "commands" in command ? command.commands[word] : undefined;
    if (next === undefined) break;
    command = next;
    path.push(word);
  }
  const known = "args" in command ? Object.keys(command.args) : [];
  const flags = words.flatMap((word) => /^--([a-z-]+)/.exec(word)?.[1] ?? []);
  return flags.filter((flag) => !known.includes(flag)).map((flag) => `${path.join(" ")} --${flag}`);
}

function exists(path: string): boolean {
  try {
    readFileSync(join(folder, path));
    return true;
  } catch (err) {
    return err instanceof Error && "code" in err && err.code === "EISDIR";
  }
}
