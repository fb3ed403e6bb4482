import { randomBytes } from "node:crypto";

/** One operator's sign-in in one browser. */
export interface Session {
  readonly id: string;
  /** Who they say they are; proposed as the audit's `by`. */
  readonly operator: string;
  /** Goes along with every form of theirs. */
  readonly token: string;
}

/** A shift. */
export const sessionSeconds = 12 * 3_600;

/** The oldest ends when one more signs in. */
const mostSessions = 1_000;

/** Sessions in memory: a restart signs everybody out, and nothing that could be stolen is stored. */
export class Sessions {
  readonly #byId = new Map<string, { session: Session; endsAt: number }>();

  /** Starts a session. */
  start(operator: string, now: number = Date.now()): Session {
    const [oldest] = this.#byId.keys();
    if (this.#byId.size >= mostSessions && oldest !== undefined) this.#byId.delete(oldest);
    const session = { id: randomToken(), operator, token: randomToken() };
    this.#byId.set(session.id, { session, endsAt: now + sessionSeconds * 1_000 });
    return session;
  }

  /** The session of a cookie's id, unless it has ended. */
  find(id: string, now: number = Date.now()): Session | undefined {
    const found = this.#byId.get(id);
    if (found && found.endsAt > now) return found.session;
    this.#byId.delete(id);
    return undefined;
  }

  end(id: string): void {
    this.#byId.delete(id);
  }
}

/** 256 bits that nobody guesses. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}
