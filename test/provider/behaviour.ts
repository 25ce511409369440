// What the provider of the tests does with an address: slow, rate-limiting, failing, lying. Which of it is decided by the
// address alone, so that a test can say afterwards what should have become of it.

declare module "vitest" {
  export interface ProvidedContext {
    /** Its address. */
    provider: string;
  }
}

/** FNV-1a: even over addresses that differ in a digit. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return (value ^ (value >>> 15)) >>> 0;
}

/** Of a thousand addresses, and whether it ever tells the truth about them. */
export const BEHAVIOURS = {
  tooSlowOnce: { share: 10, tells: true },
  tooSlow: { share: 4, tells: false },
  stalls: { share: 3, tells: false },
  limitsTwice: { share: 40, tells: true },
  failsOnce: { share: 70, tells: true },
  failsTwice: { share: 20, tells: true },
  fails: { share: 25, tells: false },
  hangsUp: { share: 1, tells: false },
  hangsUpOnce: { share: 1, tells: true },
  html: { share: 10, tells: false },
  otherAddress: { share: 10, tells: false },
  wrongTypes: { share: 10, tells: false },
  cutJson: { share: 10, tells: false },
  errorObject: { share: 10, tells: false },
  hugeBody: { share: 4, tells: false },
  redirects: { share: 5, tells: false },
  notFound: { share: 10, tells: false },
  wideNetwork: { share: 20, tells: true },
} as const;
export type Behaviour = keyof typeof BEHAVIOURS | "answers";

export function behaviourFor(ip: string): Behaviour {
  let place = hash(ip) % 1000;
  for (const [name, { share }] of Object.entries(BEHAVIOURS)) {
    if (place < share) return name as Behaviour;
    place -= share;
  }
  return "answers";
}

export const tellsTruth = (behaviour: Behaviour): boolean => behaviour === "answers" || BEHAVIOURS[behaviour].tells;

const KINDS = ["business", "isp", "hosting", "education", "government"] as const;

/** What it says of an address when it tells the truth: a reply of IPinfo's shape. */
export function truthFor(ip: string) {
  const number = 64_512 + (hash(ip) % 1000);
  return {
    ip,
    asn: {
      asn: `AS${number}`,
      name: `Network ${number}`,
      type: KINDS[number % KINDS.length]!,
      // No provider says this of an address: the whole internet.
      ...(behaviourFor(ip) === "wideNetwork" ? { route: ip.includes(":") ? "::/0" : "0.0.0.0/0" } : {}),
    },
    country: "CH",
    region: "Zurich",
    city: "Zürich",
  };
}
