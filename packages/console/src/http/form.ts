import { InvalidInputError } from "../page-error.ts";

/** The largest form, 200 dead letters, has 5 KiB. */
export const maxBodyBytes = 16 * 1_024;

/**
 * Reads a form's fields.
 * @throws InvalidInputError when the body is another or too long
 */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const [mediaType = ""] = (request.headers.get("content-type") ?? "").split(";", 1);
  if (mediaType.trim().toLowerCase() !== "application/x-www-form-urlencoded")
    throw new InvalidInputError("Only forms of this page are taken.");
  const text = await request.text();
  if (Buffer.byteLength(text) > maxBodyBytes) throw new InvalidInputError("The form is too long.");
  return new URLSearchParams(text);
}
