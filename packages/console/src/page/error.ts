import { isDatabaseBusy, isDatabaseUnavailable } from "@gift/core/database/unavailable";
import { DomainError } from "@gift/core/domain-error";
import { errorFields } from "@gift/telemetry/error-fields";
import type { Visitor } from "../access/access.ts";
import type { Dependencies } from "../dependencies.ts";
import { html } from "../html/html.ts";
import { pageAnswer, redirectAnswer } from "../http/answer.ts";
import { PageError, SignInNeededError, TooManyAttemptsError } from "../page-error.ts";
import { documentOf } from "../view/document.ts";
import { signInPage } from "../view/sign-in.ts";

/**
 * The answer to a request that failed, whatever failed and wherever. Logs what nobody expected.
 * @param err anything thrown
 * @param seen the request, and who made it as far as is known
 */
export function errorAnswer(
  { log, stage }: Pick<Dependencies, "log" | "stage">,
  err: unknown,
  { request, visitor }: { request: Request; visitor: Visitor | undefined },
): Response {
  if (err instanceof SignInNeededError) return signInAnswer(err, stage, request);
  const { status, message } = explain(err);
  if (status >= 500) log(status === 503 ? "http.unavailable" : "http.failed", errorFields(err));
  const body = html`<div class="question"><h1>${titles[status] ?? "That didn't work"}</h1><p>${message}</p>
<p class="actions"><a class="button" href="/">Back to the live page</a></p></div>`;
  const headers = err instanceof TooManyAttemptsError ? { "retry-after": String(err.retryAfterSeconds) } : {};
  return pageAnswer(documentOf({ title: titles[status] ?? "Error", stage, visitor, body }), status, headers);
}

const titles: Readonly<Record<number, string>> = {
  400: "That can't be used",
  403: "Refused",
  404: "Not found",
  409: "Nothing was changed",
  429: "Too many tries",
  503: "Postgres doesn't answer",
};

/** A person is sent to the form; a program, the stream's included, gets the status. */
function signInAnswer(err: SignInNeededError, stage: string, request: Request): Response {
  const isSigningIn = new URL(request.url).pathname === "/sign-in";
  const wantsPage = request.method === "GET" && (request.headers.get("accept") ?? "").includes("text/html");
  if (wantsPage && !isSigningIn) return redirectAnswer("/sign-in");
  const body = signInPage(err.message);
  const headers = isSigningIn ? {} : { "www-authenticate": "Bearer" };
  return pageAnswer(documentOf({ title: "Sign in", stage, visitor: undefined, body }), err.status, headers);
}

function explain(err: unknown): { status: number; message: string } {
  if (err instanceof PageError) return err;
  if (err instanceof DomainError && err.kind === "not-found")
    return { status: 404, message: `There is none: ${err.message}.` };
  if (isDatabaseUnavailable(err) || isDatabaseBusy(err))
    return {
      status: 503,
      message: "This page needs Postgres. Try again in a moment; the live page says what is known.",
    };
  return { status: 500, message: "Something went wrong here. It has been logged." };
}
