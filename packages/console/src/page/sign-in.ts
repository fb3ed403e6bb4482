import { endedCookie, sessionCookie } from "../access/cookie.ts";
import type { Dependencies } from "../dependencies.ts";
import { pageAnswer, redirectAnswer } from "../http/answer.ts";
import type { OpenContext, Route } from "../http/route.ts";
import { SignInNeededError } from "../page-error.ts";
import { documentOf } from "../view/document.ts";
import { signInPage } from "../view/sign-in.ts";
import { readBy } from "./by.ts";

/** `GET /sign-in`. */
export function signInPageRoute({ stage }: Dependencies): Route<OpenContext> {
  return {
    method: "GET",
    path: "/sign-in",
    handle: () => pageAnswer(documentOf({ title: "Sign in", stage, visitor: undefined, body: signInPage() })),
  };
}

/** `POST /sign-in`: the key against a session's cookie. */
export function signInRoute({ access, log }: Dependencies): Route<OpenContext> {
  return {
    method: "POST",
    path: "/sign-in",
    handle({ request, address, form }) {
      const operator = readBy(form);
      try {
        const session = access.signIn(request, address, { key: form.get("key") ?? "", operator });
        return redirectAnswer("/", { "set-cookie": sessionCookie(session, request) });
      } catch (err) {
        if (err instanceof SignInNeededError) log("console.sign_in_refused", { operator, address });
        throw err;
      }
    },
  };
}

/** `POST /sign-out`. */
export function signOutRoute({ access }: Dependencies): Route {
  return {
    method: "POST",
    path: "/sign-out",
    handle({ request }) {
      access.signOut(request);
      return redirectAnswer("/sign-in", { "set-cookie": endedCookie(request) });
    },
  };
}
