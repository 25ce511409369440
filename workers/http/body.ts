// Reads and validates the JSON body of a request, up to a size limit.
import type { z } from "zod";
import { parseInput, parseJson } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";

/** Owners send small bodies: a property with 20 streams and 200 exclusions stays below this. */
export const BODY_LIMIT = 64 * 1024;

/** @throws Problem too_large or invalid. */
export async function readInput<Schema extends z.ZodType>(request: Request, schema: Schema): Promise<z.output<Schema>> {
  return parseInput(schema, parseJson(await readText(request, BODY_LIMIT)));
}

/**
 * The fields that a PATCH names, or null when it names none. Then there is nothing to write (SQL has no UPDATE without
 * columns) and nothing to announce, and the route answers with the unchanged resource.
 * @throws Problem too_large or invalid.
 */
export async function readChanges<Shape extends z.core.$ZodLooseShape>(
  request: Request,
  schema: z.ZodObject<Shape>,
): Promise<z.output<z.ZodObject<Shape>> | null> {
  const changes = await readInput(request, schema);
  return Object.keys(changes).length > 0 ? changes : null;
}

/** The body's text. Without a Content-Length it stops reading at the limit. @throws Problem too_large. */
export async function readText(request: Request, limit: number): Promise<string> {
  const length = request.headers.get("content-length");
  if (length !== null && Number(length) > limit) throw tooLarge(limit);
  // HTTP limits the body to its Content-Length, and one native call is far cheaper than a loop over chunks. The runtime
  // warns about text() on content types that it does not consider text, such as NDJSON.
  if (length !== null && /^text\/|json$/.test(request.headers.get("content-type") ?? "")) return request.text();
  if (length !== null) return new TextDecoder().decode(await request.arrayBuffer());
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

const tooLarge = (limit: number): Problem => new Problem("too_large", `body must have at most ${limit} bytes`);
