// Chooses the provider that the settings name.
import { Problem } from "../../domain/requests/problem";
import { httpProvider } from "./http";
import { mmdbProvider } from "./mmdb";
import type { Provider, RemoteProvider } from "./provider";

export type ProviderSettings = Pick<
  Cloudflare.Env,
  | "IP_PROVIDER"
  | "IP_PROVIDER_URL"
  | "IP_PROVIDER_FIELDS"
  | "IP_PROVIDER_BUDGET"
  | "IP_PROVIDER_HEADER"
  | "IP_PROVIDER_FILE"
>;

/** No provider is called. `reason` says why, if one was configured. */
export interface Edge {
  kind: "edge";
  reason: string | null;
}

export type Choice = Edge | { kind: "remote"; provider: RemoteProvider } | { kind: "file" };

/** Invalid settings are reported in every row and do not fail the run. */
function toEdge(error: unknown): Edge {
  if (!(error instanceof Problem)) throw error;
  return { kind: "edge", reason: error.message };
}

export function chooseProvider(settings: ProviderSettings): Choice {
  switch (settings.IP_PROVIDER) {
    case "edge":
      return { kind: "edge", reason: null };
    case "mmdb":
      return { kind: "file" };
    case "http":
      try {
        return { kind: "remote", provider: httpProvider(settings) };
      } catch (error) {
        return toEdge(error);
      }
    default:
      return { kind: "edge", reason: "IP_PROVIDER must be edge, http or mmdb" };
  }
}

/** The provider of the file, or the reason why the file cannot be used. @throws when the bucket is unavailable. */
export async function openFile(settings: Pick<Cloudflare.Env, "LAKE" | "IP_PROVIDER_FILE">): Promise<Provider | Edge> {
  try {
    return await mmdbProvider(settings);
  } catch (error) {
    return toEdge(error);
  }
}
