// Provider `http`: a service that looks up one address per call and replies with JSON.
import { retryAfter } from "../../domain/networks/back-off";
import { fieldsFor } from "../../domain/networks/provider-fields";
import { readReply } from "../../domain/networks/provider-reply";
import { Problem } from "../../domain/requests/problem";
import type { Answer, RemoteProvider } from "./provider";

/** Replies have a few hundred bytes. A longer one is an error or an attack. */
const MAX_BYTES = 65_536;

export type HttpSettings = Pick<
  Cloudflare.Env,
  "IP_PROVIDER_URL" | "IP_PROVIDER_FIELDS" | "IP_PROVIDER_BUDGET" | "IP_PROVIDER_HEADER"
>;

/** @throws Problem when the text is not a valid URL template. */
function toTemplate(template: string): { host: string; urlFor: (ip: string) => string } {
  // IP addresses have no characters that a path or query would have to escape.
  const urlFor = (ip: string) => template.replaceAll("{ip}", ip);
  const url = URL.canParse(urlFor("192.0.2.1")) ? new URL(urlFor("192.0.2.1")) : null;
  if (!template.includes("{ip}") || !url || !/^https?:$/.test(url.protocol))
    throw new Problem("invalid", "IP_PROVIDER_URL must be an http(s) address with {ip} in it");
  if (url.host !== new URL(urlFor("192.0.2.2")).host)
    throw new Problem("invalid", "IP_PROVIDER_URL must have {ip} in its path or query, not in its host");
  return { host: url.host, urlFor };
}

/** @throws Problem when the text is not a header. */
function toHeaders(line: string | undefined): Headers {
  const headers = new Headers({ accept: "application/json" });
  if (!line?.trim()) return headers;
  // The header is a secret. The regular expression excludes values that are not ASCII, because the runtime would log
  // them.
  const match = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([!-~][ -~\t]*)$/.exec(line.trim());
  if (!match) throw new Problem("invalid", 'IP_PROVIDER_HEADER must read "Name: value"');
  headers.set(match[1]!, match[2]!);
  return headers;
}

/** @throws Problem when the text is not a number of calls. */
function toBudget(text: string): number {
  if (!/^\d{1,9}$/.test(text.trim()))
    throw new Problem("invalid", "IP_PROVIDER_BUDGET must be a number of calls a day");
  return Number(text);
}

/** The text of the reply; null when it is too long. */
async function readText(reply: Response): Promise<string | null> {
  if (!reply.body) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  // Leaving the loop cancels the body and frees its connection.
  for await (const chunk of reply.body as ReadableStream<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

const failed = (reason: string, wait: number | null = null): Answer => ({ kind: "failed", reason, wait });

/** The meaning of a status other than 200. */
function toAnswer(reply: Response, now: number): Answer {
  const { status } = reply;
  const reason = `provider replied ${status}`;
  if (status === 401 || status === 402 || status === 403) return { kind: "closed", reason };
  if (status === 429 || status === 503) return failed(reason, retryAfter(reply.headers.get("retry-after"), now));
  if (status === 408 || status >= 500) return failed(reason);
  // 3xx too: the header that authorizes must not be sent to another host.
  return { kind: "refused", reason };
}

/** @throws Problem when the settings are wrong. */
export function httpProvider(settings: HttpSettings): RemoteProvider {
  const { host, urlFor } = toTemplate(settings.IP_PROVIDER_URL);
  const fields = fieldsFor(settings.IP_PROVIDER_FIELDS);
  const headers = toHeaders(settings.IP_PROVIDER_HEADER);
  return {
    // Keep the answers of different services apart.
    name: `http:${host}`,
    budget: toBudget(settings.IP_PROVIDER_BUDGET),
    async lookUp(ip, signal) {
      let text: string | null;
      try {
        const reply = await fetch(urlFor(ip), { headers, signal, redirect: "manual" });
        if (reply.status !== 200) {
          await reply.body?.cancel();
          return toAnswer(reply, Date.now());
        }
        text = await readText(reply);
      } catch (error) {
        // The error's message may contain the URL, and with some services the URL contains the key.
        return failed(signal.aborted ? "provider took too long" : `provider could not be reached (${nameOf(error)})`);
      }
      if (text === null) return failed("reply is too long");
      let record: unknown;
      try {
        record = JSON.parse(text);
      } catch {
        return failed("reply is no JSON");
      }
      const reading = readReply(record, ip, fields);
      return reading.kind === "lie" ? failed(reading.reason) : reading;
    },
  };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "unknown error");
