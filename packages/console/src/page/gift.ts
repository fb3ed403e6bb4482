import { parseGiftId } from "@gift/core/gift/gift-id";
import { tellStory } from "@gift/core/gift/story";
import type { Dependencies } from "../dependencies.ts";
import { pageAnswer } from "../http/answer.ts";
import type { Route } from "../http/route.ts";
import { PageError } from "../page-error.ts";
import { documentOf } from "../view/document.ts";
import { storyPage } from "../view/story.ts";

/** `GET /gifts/:id`: a gift's whole story. */
export function giftRoute({ db, stage }: Dependencies): Route {
  return {
    method: "GET",
    path: "/gifts/:id",
    async handle({ params, visitor }) {
      const id = requireGiftId(params.id);
      const body = storyPage(await tellStory(db, id));
      return pageAnswer(documentOf({ title: `Gift ${id}`, stage, visitor, query: id, body }));
    },
  };
}

/** @throws PageError 404 */
export function requireGiftId(text: string | undefined): string {
  const id = parseGiftId(text?.trim() ?? "");
  if (id === undefined) throw new PageError(404, "That is no gift's id: it is a UUID.");
  return id;
}
