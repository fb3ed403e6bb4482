import { deadLetterIdPattern } from "@gift/core/dead-letter/dead-letter";
import { deadLetterDocument } from "@gift/core/dead-letter/document";
import { findDeadLetter } from "@gift/core/dead-letter/find";
import { Elysia } from "elysia";
import type { Dependencies } from "../../dependencies.ts";
import { InvalidRequestError } from "../../error/request-error.ts";
import { deadLetterId } from "../../schema/dead-letter.schema.ts";
import { errorResponses } from "../../schema/error-body.schema.ts";

const identity = new RegExp(deadLetterIdPattern);

/** `GET /operator/dead-letters/{dead_letter_id}` */
export function showDeadLetterRoute({ db }: Dependencies) {
  return new Elysia().get(
    "/operator/dead-letters/:dead_letter_id",
    async ({ params: { dead_letter_id: id } }) => {
      // Elysia makes null of a segment that can't be decoded, whatever its types say.
      if (!identity.test(id ?? ""))
        throw new InvalidRequestError([`dead_letter_id: must be ${deadLetterId.description}`]);
      return deadLetterDocument(await findDeadLetter(db, id));
    },
    { response: errorResponses },
  );
}
