// The people who know the site: each has a country, a device and an address for as long as the simulation lasts.
import type { Country, Device, Network, Simulation } from "./config.ts";
import { randomFor } from "./random.ts";

export interface Person {
  index: number;
  country: Country;
  region: string;
  city: string;
  device: Device;
  screen: string;
  language: string;
  ip: string;
  /** Null if the configuration has none. */
  network: Network | null;
  /** Set for people who are signed in. */
  user_id: string | null;
  /** True for regular visitors. */
  regular: boolean;
  /** Reading time relative to others. */
  pace: number;
}

/**
 * Addresses that no visitor has: 7.0.0.0/8 was given to the US Department of Defense and has never been routed. Test
 * addresses (RFC 2544, RFC 5737) are unsuitable, because the pipeline leaves them out of its list.
 */
const ADDRESSES = 1 << 17;
const FIRST_ADDRESS = 7 << 24;
/** Odd, so that a multiple of it modulo a power of two never meets the same address twice. */
const STRIDE = 0x9e37;

function addressOf(index: number): string {
  const address = FIRST_ADDRESS + (Math.imul(index, STRIDE) & (ADDRESSES - 1));
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

const PEOPLE = 1;
const NETWORKS = 4;

/** Looks a person up; the same index of the same seed is the same person. */
export function peopleOf(simulation: Simulation, seed: number): (index: number) => Person {
  const known = new Map<number, Person>();
  const regulars = Math.max(1, Math.round(simulation.users * simulation.regulars.share));
  function networkOf(country: Country, index: number): Network | null {
    const networks = [...country.networks, ...simulation.networks];
    return networks.length > 0 ? randomFor(seed, NETWORKS, index).weighted(networks, (one) => one.weight) : null;
  }
  function makePerson(index: number): Person {
    const random = randomFor(seed, PEOPLE, index);
    const country = random.weighted(simulation.countries, (one) => one.weight);
    const { region, city } = random.weighted(country.places, (one) => one.weight);
    const device = random.weighted(simulation.devices, (one) => one.weight);
    const [language] = random.weighted(Object.entries(country.languages), ([, weight]) => weight);
    return {
      index,
      country,
      region,
      city,
      device,
      screen: random.pick(device.screens),
      language,
      ip: addressOf(index),
      network: networkOf(country, index),
      user_id: random.chance(simulation.signed_in) ? `customer-${index + 1}` : null,
      regular: index < regulars,
      pace: random.logNormal(1, 0.35),
    };
  }
  return (index) => {
    let person = known.get(index);
    if (!person) {
      person = makePerson(index);
      known.set(index, person);
    }
    return person;
  };
}
