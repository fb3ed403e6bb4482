import { renderRows } from "@gift/ops/output";
import { expect, test } from "vitest";

const head = ["gift_id", "status", "last_error"];
const rows = [
  ["00000000-0000-7000-8000-000000000001", "FAILED", "PROVIDER_REFUSED: no"],
  ["00000000-0000-7000-8000-000000000002", "SENT", null],
];
const table = renderRows(head, rows);
const width = table.indexOf("\n");

test("a list is a table where it fits: in a pipe, and in a terminal as wide as it", () => {
  expect(table).toMatch(/│ gift_id +│ status │ last_error +│/);
  expect(renderRows(head, rows, "none", width)).toBe(table);
});

test("in a narrower terminal each row is a block of one field per line", () => {
  expect(renderRows(head, rows, "none", width - 1)).toBe(`gift_id     00000000-0000-7000-8000-000000000001
status      FAILED
last_error  PROVIDER_REFUSED: no

gift_id     00000000-0000-7000-8000-000000000002
status      SENT
last_error  –
`);
});
