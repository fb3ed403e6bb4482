import type { Visitor } from "../access/access.ts";
import type { Dependencies } from "../dependencies.ts";
import { assetRoute } from "../page/asset.ts";
import { confirmDiscardRoute, discardRoute } from "../page/dead-letter-discard.ts";
import { confirmRedriveRoute, redriveRoute } from "../page/dead-letter-redrive.ts";
import { deadLettersRoute } from "../page/dead-letters.ts";
import { errorAnswer } from "../page/error.ts";
import { giftRoute } from "../page/gift.ts";
import { confirmGiftRedriveRoute, giftRedriveRoute } from "../page/gift-redrive.ts";
import { giftsRoute } from "../page/gifts.ts";
import { liveRoute } from "../page/live.ts";
import { searchRoute } from "../page/search.ts";
import { signInPageRoute, signInRoute, signOutRoute } from "../page/sign-in.ts";
import { streamRoute } from "../page/stream.ts";
import { PageError } from "../page-error.ts";
import { secured } from "./answer.ts";
import { readForm } from "./form.ts";
import { type Context, findRoute, type OpenContext, type Route } from "./route.ts";

/** Answers requests. */
export interface App {
  /** @param address of the client */
  fetch(request: Request, address: string): Promise<Response>;
}

/**
 * The operator page as a function of requests: it opens nothing and listens nowhere. Who may come in, and whether a
 * change is meant, is decided here for every route at once, so that none can forget to ask.
 * @param dependencies what the pages work with
 */
export function createApp(dependencies: Dependencies): App {
  const open: readonly Route<OpenContext>[] = [assetRoute(), signInPageRoute(dependencies), signInRoute(dependencies)];
  const guarded: readonly Route[] = [
    ...[
      liveRoute,
      streamRoute,
      searchRoute,
      giftsRoute,
      giftRoute,
      confirmGiftRedriveRoute,
      giftRedriveRoute,
      deadLettersRoute,
    ],
    ...[confirmRedriveRoute, redriveRoute, confirmDiscardRoute, discardRoute, signOutRoute],
  ].map((route) => route(dependencies));

  async function answer(request: Request, address: string, seen: { visitor?: Visitor }): Promise<Response> {
    const context = { request, url: new URL(request.url), address };
    const found = findRoute(open, request);
    if (found) return await found.route.handle({ ...context, params: found.params, form: await formOf(request) });
    const visitor = dependencies.access.admit(request, address);
    seen.visitor = visitor;
    const match = findRoute(guarded, request);
    if (!match) throw new PageError(404, "There is no such page.");
    return await match.route.handle(await admitted({ ...context, params: match.params }, visitor));
  }

  async function admitted(context: Omit<OpenContext, "form">, visitor: Visitor): Promise<Context> {
    const { request, address } = context;
    const form = await formOf(request);
    if (request.method === "POST") dependencies.access.requireIntent(request, visitor, form.get("token") ?? "");
    return { ...context, form, visitor, isStillAdmitted: () => isAdmitted(dependencies, request, address) };
  }

  return {
    async fetch(request, address) {
      const seen: { visitor?: Visitor } = {};
      try {
        return secured(await answer(request, address, seen));
      } catch (err) {
        return secured(errorAnswer(dependencies, err, { request, visitor: seen.visitor }));
      }
    },
  };
}

async function formOf(request: Request): Promise<URLSearchParams> {
  return request.method === "POST" ? await readForm(request) : new URLSearchParams();
}

function isAdmitted({ access }: Dependencies, request: Request, address: string): boolean {
  try {
    access.admit(request, address);
    return true;
  } catch (err) {
    if (err instanceof PageError) return false;
    throw err;
  }
}
