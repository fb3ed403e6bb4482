import fc from "fast-check";
import { audits, readBooks } from "./audit.ts";
import { lifecycleProgram } from "./program.ts";
import { runLifecycle } from "./run.ts";
import type { Session } from "./session.ts";

/** Whatever happens to whom: no accepted send is lost, none takes effect twice, and the books agree. */
export function lifecycleKeepsItsPromises(session: Session) {
  return fc.asyncProperty(lifecycleProgram, async (program) => {
    const books = await readBooks(session, await runLifecycle(session, program));
    const violations = Object.entries(audits).flatMap(([name, audit]) =>
      audit(books).map((violation) => `${name}: ${violation}`),
    );
    if (violations.length > 0) throw new Error(violations.slice(0, 5).join("\n"));
  });
}
