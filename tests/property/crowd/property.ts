import fc from "fast-check";
import type { Session } from "../lifecycle/session.ts";
import { begin } from "./begin.ts";
import { create } from "./create.ts";
import { mark } from "./mark.ts";
import { type CrowdProgram, crowdProgram } from "./program.ts";
import { send } from "./send.ts";

type Scene = (session: Session, program: CrowdProgram) => Promise<string[]>;

const scenes: Readonly<Record<CrowdProgram["scene"], Scene>> = { create, send, begin, mark };

/** What must hold of every crowd, by scene. */
export const promises: Readonly<Record<CrowdProgram["scene"], string>> = {
  create: "whoever creates a gift gets their own, and a bad one fails alone",
  send: "a send is answered as it would be alone, and a gift is sent by one who may",
  begin: "a delivery begins its own attempt, if its gift waits for it",
  mark: "a success marks its own gift and attempt, and is told so once",
};

/**
 * Whoever else is in the same statement: nobody's call changes another one's answer or rows, and none is done twice.
 * @param session where the gifts live
 */
export function crowdKeepsItsPromises(session: Session, observe: (program: CrowdProgram) => void = () => undefined) {
  return fc.asyncProperty(crowdProgram, async (program) => {
    const violations = await scenes[program.scene](session, program);
    observe(program);
    if (violations.length > 0) throw new Error(`${promises[program.scene]}: ${violations.slice(0, 20).join("\n")}`);
  });
}
