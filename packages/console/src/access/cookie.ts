import { type Session, sessionSeconds } from "./session.ts";

const name = "gift_console";

/** The session id that a request carries. */
export function readSessionCookie(request: Request): string | undefined {
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim().split("="));
  return pairs.find(([key]) => key === name)?.[1];
}

/** @param request over TLS, which a proxy in front tells, the cookie never travels without */
export function sessionCookie(session: Session, request: Request): string {
  return cookie(request, session.id, sessionSeconds);
}

/** Takes the cookie back. */
export function endedCookie(request: Request): string {
  return cookie(request, "", 0);
}

function cookie(request: Request, value: string, maxAgeSeconds: number): string {
  // Whoever forges the header takes the cookie from themselves only.
  const secure = request.headers.get("x-forwarded-proto") === "https" ? "; Secure" : "";
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${secure}`;
}
