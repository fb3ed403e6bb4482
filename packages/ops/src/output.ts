import type { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";

export type Cell = string | number | boolean | Date | readonly string[] | null | undefined;

/** Of a text in a list; `show` and `--json` have it whole. */
const mostListCharacters = 80;

/** No colors, which a pager or a ticket would show as codes; no lines between rows, so that a list fits the screen. */
const plain = { style: { head: [], border: [], compact: true } };

/**
 * Writes a command's result: one JSON document for programs, or a table for people.
 * @param isJson whether `--json` was given
 * @param document snake_case fields; their names are a contract
 * @param text the same for people
 */
export function print(isJson: boolean, document: object, text: () => string): void {
  process.stdout.write(`${isJson ? JSON.stringify(document, undefined, 2) : text()}\n`);
}

/**
 * A text without its colors, unless its reader is a terminal that wants them. Node heeds NO_COLOR whatever it says;
 * citty, which colors the help, only NO_COLOR=1.
 * @param text may hold escape codes
 * @param reader standard output
 */
export function forReader(text: string, reader: Pick<WriteStream, "isTTY" | "hasColors">): string {
  return reader.isTTY && reader.hasColors() ? text : stripVTControlCharacters(text);
}

/**
 * Rows under a head, or a sentence when there are none; long texts are cut. Where the table doesn't fit, each row is a
 * block of one field per line.
 * @param columns of the terminal; a pipe has none, and so no limit
 */
export function renderRows(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  none = "none",
  columns: number = process.stdout.columns || Number.POSITIVE_INFINITY,
): string {
  if (rows.length === 0) return none;
  const texts = rows.map((row) => row.map((cell) => shorten(printable(cell))));
  const table = new Table({ ...plain, head: [...head] });
  table.push(...texts);
  if (table.width <= columns) return table.toString();
  const nameWidth = Math.max(...head.map((name) => name.length));
  const block = (row: string[]) =>
    row.map((text, index) => `${(head[index] ?? "").padEnd(nameWidth)}  ${text}\n`).join("");
  return texts.map(block).join("\n");
}

/** One field per line, whole. */
export function renderFields(fields: Readonly<Record<string, Cell>>): string {
  const table = new Table(plain);
  for (const [name, cell] of Object.entries(fields)) table.push({ [name]: printable(cell) });
  return table.toString();
}

function shorten(text: string): string {
  const characters = Array.from(text);
  return characters.length <= mostListCharacters ? text : `${characters.slice(0, mostListCharacters - 1).join("")}…`;
}

/** Clients' texts reach an operator's terminal here: control characters are shown, not obeyed. */
function printable(cell: Cell): string {
  if (cell === null || cell === undefined) return "–";
  const text = cell instanceof Date ? cell.toISOString() : String(cell);
  return text.replaceAll(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
