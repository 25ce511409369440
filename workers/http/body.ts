// Reads the JSON body of a request, up to a limit, into what a schema says.
import type { z } from "zod";
import { parseInput, parseJson } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";

/** What owners send is small: a property with 20 streams and 200 exclusions is less than this. */
export const BODY_LIMIT = 64 * 1024;

/** @throws Problem too_large or invalid. */
export async function readInput<Schema extends z.ZodType>(request: Request, schema: Schema): Promise<z.output<Schema>> {
  return parseInput(schema, parseJson(await readText(request, BODY_LIMIT)));
}

/**
 * The fields that a PATCH changes, without those that it does not name; null when it names none. Then there is nothing to
 * write (SQL has no UPDATE of no column) and nothing to announce: the answer is the resource as it is.
 * @throws Problem too_large or invalid.
 */
export async function readChanges<Shape extends z.core.$ZodLooseShape>(
  request: Request,
  schema: z.ZodObject<Shape>,
): Promise<z.output<z.ZodObject<Shape>> | null> {
  const changes = await readInput(request, schema);
  return Object.keys(changes).length > 0 ? changes : null;
}

/** The body's text. Stops reading at the limit, where Content-Length is absent. @throws Problem too_large. */
export async function readText(request: Request, limit: number): Promise<string> {
  const length = request.headers.get("content-length");
  if (length !== null && Number(length) > limit) throw tooLarge(limit);
  // HTTP holds the sender to a length that was told; one native call is far cheaper than a loop over chunks. The runtime
  // warns of text() of types that do not look like text to it, such as NDJSON.
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
