import fc from "fast-check";
import { audits, type Books, readBooks } from "./audit.ts";
import { lifecycleProgram } from "./program.ts";
import { runLifecycle } from "./run.ts";
import type { Session } from "./session.ts";

/**
 * Whatever happens to whom: no accepted send is lost, none takes effect twice, and the books agree.
 * @param session where the gifts live
 * @param observe sees the books of each case, to count what the cases were about
 */
export function lifecycleKeepsItsPromises(session: Session, observe: (books: Books) => void = () => undefined) {
  return fc.asyncProperty(lifecycleProgram, async (program) => {
    const books = await readBooks(session, await runLifecycle(session, program));
    observe(books);
    const violations = Object.entries(audits).flatMap(([name, audit]) =>
      audit(books).map((violation) => `${name}: ${violation}`),
    );
    if (violations.length > 0) throw new Error(violations.slice(0, 5).join("\n"));
  });
}
