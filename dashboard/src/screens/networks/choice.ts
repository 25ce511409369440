// Networks: the viewer's choice of network types. Pure.
import type { NetworksInsight } from "../../../../workers/domain/counts/insight";
import { readsAsOrganization, signalOf } from "../../../../workers/domain/networks/network";

export type NetworkRow = NetworksInsight["networks"][number];

/** Choices besides the types: networks that identify an organization, and all. */
export const ORGANIZATIONS = "organizations";
export const ALL_NETWORKS = "all";

/** True if visits of this type are suspected bots. */
export const isSuspected = (type: string): boolean => signalOf({ network_type: type }) !== null;

export interface NetworkChoice {
  /** `organizations`, `all` or a network type. */
  show: string;
  withoutBots: boolean;
}

const isShown = (type: string, { show, withoutBots }: NetworkChoice): boolean =>
  !(withoutBots && isSuspected(type)) &&
  (show === ALL_NETWORKS || (show === ORGANIZATIONS ? readsAsOrganization(type) : type === show));

export const toShown = (insight: NetworksInsight, choice: NetworkChoice): NetworkRow[] =>
  insight.networks.filter(({ network_type }) => isShown(network_type, choice));

/** The choices with their numbers of visitors: organizations, all, then each type with visits. */
export function toChoices(
  { types }: NetworksInsight,
  withoutBots: boolean,
): { show: string; type: string | null; visitors: number }[] {
  const sum = (show: string): number =>
    types
      .filter(({ network_type }) => isShown(network_type, { show, withoutBots }))
      .reduce((total, { visitors }) => total + visitors, 0);
  const each = types.filter(({ network_type }) => !(withoutBots && isSuspected(network_type)));
  return [
    { show: ORGANIZATIONS, type: null, visitors: sum(ORGANIZATIONS) },
    { show: ALL_NETWORKS, type: null, visitors: sum(ALL_NETWORKS) },
    ...each.map(({ network_type, visitors }) => ({ show: network_type, type: network_type, visitors })),
  ];
}

/** `hosting_network` as "Hosting network". */
export function signalName(signal: string): string {
  const words = signal.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
