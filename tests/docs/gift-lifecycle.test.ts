import { readFileSync } from "node:fs";
import { join } from "node:path";
import { edges, giftStatuses } from "@gift/core/gift/gift.state";
import { sendQueue } from "@gift/core/send-request/send-message";
import { fleet } from "@gift/fleet/fleet";
import { describe, expect, test } from "vitest";
import { readSources, root } from "../support/sources.ts";

const page = readFileSync(join(root, "docs", "gift-lifecycle.md"), "utf8");
const drawing = (/```\n([\s\S]*?)```/.exec(page)?.[1] ?? "").split("\n");

const arrow = (from: string, to: string) => `${from} → ${to}`;
const declared = Object.values(edges).map(({ from, to }) => arrow(from, to));

/** The state whose name covers a column of a line. */
function stateAt(line: string | undefined, column: number): string | undefined {
  const words = Array.from((line ?? "").matchAll(/[A-Z]{4,}/g));
  return words.find(({ 0: word, index }) => index <= column && column < index + word.length)?.[0];
}

/** Follows a vertical line from its head, up or down, to the state at its other end. */
function tail(row: number, column: number, step: 1 | -1): string | undefined {
  let next = row + step;
  while (drawing[next]?.[column] === "│") next += step;
  return stateAt(drawing[next], column);
}

function drawnEdges(): string[] {
  const horizontal = drawing.flatMap((line) =>
    Array.from(line.matchAll(/(?<=([A-Z]{4,}) ─+▶ )([A-Z]{4,})/g), ([, from = "", to = ""]) => arrow(from, to)),
  );
  const vertical = drawing.flatMap((line, row) =>
    Array.from(line.matchAll(/[▲▼]/g), ({ 0: head, index }) => {
      const into = head === "▼" ? 1 : -1;
      return arrow(
        tail(row, index, into === 1 ? -1 : 1) ?? "nothing",
        stateAt(drawing[row + into], index) ?? "nothing",
      );
    }),
  );
  return [...horizontal, ...vertical];
}

/** The rows of the page's table: from, to, by, and the files of the statements. */
const rows = Array.from(page.matchAll(/^\| ([A-Z]+) \| ([A-Z]+) \| (.+?) \| (.+) \|$/gm), (match) => ({
  from: match[1],
  to: match[2],
  by: match[3],
  files: Array.from((match[4] ?? "").matchAll(/`([^`]+)`/g), (file) => file[1] ?? ""),
}));

describe("docs/gift-lifecycle.md and the code say the same", () => {
  test("the drawing has every edge of the code, and no other", () => {
    expect(new Set(drawnEdges())).toEqual(new Set(declared));
    expect(drawnEdges()).toHaveLength(declared.length);
  });

  test("the drawing has every state, and gifts begin in CREATED", () => {
    for (const status of giftStatuses) expect(drawing.join("\n")).toContain(status);
    expect(drawing.join("\n")).toMatch(/\(none\) ─+▶ CREATED/);
  });

  test("the table is the code's table, word for word", () => {
    expect(rows.map(({ from, to, by }) => ({ from, to, by }))).toEqual(Object.values(edges));
  });

  test("the table names exactly the files whose statements move a gift", () => {
    const sources = readSources("packages", ".ts");
    for (const [index, name] of Object.keys(edges).entries()) {
      const movers = sources.filter(({ text }) => text.includes(`{ from, to } = edges.${name};`));
      expect(new Set(rows[index]?.files)).toEqual(new Set(movers.map(({ path }) => path)));
    }
  });

  test("no other statement sets a gift's status", () => {
    const setters = readSources("packages", ".ts").filter(({ text }) =>
      /update gifts\s+set status|updateTable\("gifts"\)\s*\.set\(\{ status/.test(text),
    );
    expect(new Set(setters.map(({ path }) => path))).toEqual(new Set(rows.flatMap(({ files }) => files)));
  });

  test("each edge has a paragraph", () => {
    const paragraphs = Array.from(page.matchAll(/^\*\*(\S+ → \S+)\.\*\*/gm), (match) => match[1]);
    expect(new Set(paragraphs)).toEqual(new Set([...declared, arrow("(none)", "CREATED")]));
  });

  test("the numbers of a message's last failure are the fleet's", () => {
    const queue = fleet.queues[sendQueue];
    expect(page).toContain(`\`maxReceiveCount\` is ${queue.deadLetter.maxReceiveCount} `);
    expect(page).toContain(`the queue \`${queue.deadLetter.queue}\``);
    expect(page.replaceAll("\n", " ")).toContain(`${queue.visibilityTimeoutSeconds} seconds later`);
  });
});
