import type { Static, TObject } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { problemsOf } from "../error/problem.ts";
import { InvalidRequestError, PayloadTooLargeError, UnsupportedMediaTypeError } from "../error/request-error.ts";
import { noText } from "../http/incoming-request.ts";
import { maxBodyBytes } from "../http/limit.ts";
import { type StandardSchema, standardSchema } from "./standard-schema.ts";

/**
 * Route options for a JSON body. Read as text and parsed here: Elysia's own JSON parser doesn't look at the content
 * type, its content-type sniffing and parsers of our own touch `request.body`, which builds a web stream and halves the
 * throughput, and its validation would name one field, with a status of its own.
 * @param schema what a body must be
 */
export function jsonBody<Schema extends TObject>(schema: Schema) {
  return { parse: "text", transform: requireJson, body: fromText(schema) } as const;
}

/** Before the text is looked at: one of another type isn't called no UTF-8 or no JSON. */
function requireJson({ request }: { request: Request }): void {
  const [mediaType = ""] = (request.headers.get("content-type") ?? "").split(";", 1);
  if (mediaType.trim().toLowerCase() !== "application/json")
    throw new UnsupportedMediaTypeError("with content-type: application/json");
  // RFC 9110, section 15.5.16.
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding.trim().toLowerCase() !== "identity") throw new UnsupportedMediaTypeError("without content-encoding");
}

/** A schema whose check throws PayloadTooLargeError, or InvalidRequestError naming every offending field. */
function fromText<Schema extends TObject>(schema: Schema): StandardSchema<Static<Schema>> {
  const checker = TypeCompiler.Compile(schema);
  return standardSchema((text) => {
    const value = parse(typeof text === "string" ? text : "");
    if (!checker.Check(value)) throw new InvalidRequestError(problemsOf(schema, value));
    return value;
  });
}

function parse(text: string): unknown {
  if (text === noText) throw new InvalidRequestError(["body: must be UTF-8"]);
  // Through a socket the server has stopped reading at the limit; a request made in memory is measured here.
  if (Buffer.byteLength(text) > maxBodyBytes) throw new PayloadTooLargeError();
  try {
    return JSON.parse(text);
  } catch (err) {
    throw new InvalidRequestError(["body: must be valid JSON"], { cause: err });
  }
}
