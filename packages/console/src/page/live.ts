import type { Dependencies } from "../dependencies.ts";
import { pageAnswer } from "../http/answer.ts";
import type { Route } from "../http/route.ts";
import { documentOf } from "../view/document.ts";
import { livePage } from "../view/live.ts";

/** `GET /`: what is going on. */
export function liveRoute({ watch, stage }: Dependencies): Route {
  return {
    method: "GET",
    path: "/",
    async handle({ visitor }) {
      const body = livePage(await watch.current());
      return pageAnswer(documentOf({ title: "Live", stage, visitor, section: "/", script: "live.js", body }));
    },
  };
}
