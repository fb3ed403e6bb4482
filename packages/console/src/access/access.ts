import type { Config } from "../config.ts";
import { ForbiddenError, SignInNeededError, TooManyAttemptsError } from "../page-error.ts";
import { AttemptLimit } from "./attempt-limit.ts";
import { readSessionCookie } from "./cookie.ts";
import { isKey } from "./key.ts";
import { isLoopbackHost } from "./loopback.ts";
import { isSameOrigin } from "./same-origin.ts";
import { randomToken, type Session, Sessions } from "./session.ts";

/** Who asks. */
export interface Visitor {
  /** Proposed as the audit's `by`. */
  readonly operator: string;
  /** What their forms carry; undefined for a program with a Bearer key, which no other site can make a browser send. */
  readonly token: string | undefined;
  /** Whether there is something to sign out of. */
  readonly isSignedIn: boolean;
}

/** The door: with a key, a session's cookie or the key itself opens it; without, being on this machine does. */
export class Access {
  readonly #key: string | undefined;
  readonly #sessions = new Sessions();
  readonly #limit: AttemptLimit;
  readonly #open: Visitor;

  constructor(config: Pick<Config, "key" | "operator">, limit: AttemptLimit = new AttemptLimit()) {
    this.#key = config.key;
    this.#limit = limit;
    this.#open = { operator: config.operator, token: randomToken(), isSignedIn: false };
  }

  /**
   * Lets a request in.
   * @param address of the client, whose wrong keys are counted
   * @throws SignInNeededError, TooManyAttemptsError, ForbiddenError
   */
  admit(request: Request, address: string): Visitor {
    if (this.#key === undefined) return this.#admitLocal(request);
    const bearer = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (bearer !== undefined) {
      this.#checkKey(bearer, address);
      return { operator: this.#open.operator, token: undefined, isSignedIn: false };
    }
    const session = this.#sessions.find(readSessionCookie(request) ?? "");
    if (!session) throw new SignInNeededError();
    return { operator: session.operator, token: session.token, isSignedIn: true };
  }

  /**
   * Starts a session for whoever knows the key.
   * @throws SignInNeededError, TooManyAttemptsError, ForbiddenError for a form of another site
   */
  signIn(request: Request, address: string, given: { key: string; operator: string }): Session {
    if (!isSameOrigin(request)) throw new ForbiddenError("The form was not sent from this page.");
    this.#checkKey(given.key, address);
    return this.#sessions.start(given.operator);
  }

  signOut(request: Request): void {
    this.#sessions.end(readSessionCookie(request) ?? "");
  }

  /**
   * Refuses a change that the visitor's own page didn't ask for.
   * @param token what the form carried
   * @throws ForbiddenError
   */
  requireIntent(request: Request, visitor: Visitor, token: string): void {
    if (visitor.token === undefined) return;
    if (!isSameOrigin(request)) throw new ForbiddenError("The form was not sent from this page.");
    if (!isKey(token, visitor.token))
      throw new ForbiddenError("The form is from before a restart, or not from this page: open it again.");
  }

  #admitLocal(request: Request): Visitor {
    if (isLoopbackHost(request.headers.get("host"))) return this.#open;
    throw new ForbiddenError("Without a key this page is served under 127.0.0.1 and localhost only.");
  }

  #checkKey(given: string, address: string): void {
    const seconds = this.#limit.waitSeconds(address);
    if (seconds > 0) throw new TooManyAttemptsError(seconds);
    if (isKey(given, this.#key ?? randomToken())) return;
    this.#limit.failed(address);
    throw new SignInNeededError("That is not the key.");
  }
}
