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
  return new URLSearchParams(await readText(request));
}

async function readText(request: Request): Promise<string> {
  try {
    return await request.text();
  } catch (err) {
    // srvx stops reading at the limit; otherwise the client went away and won't see the answer.
    throw new InvalidInputError("The form is too long, or broke off.", { cause: err });
  }
}
