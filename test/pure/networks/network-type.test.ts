// Network types of organizations as the edge names them. `hosting` makes a visit a suspect: of it nothing may be wrong.
import { describe, expect, it, test } from "vitest";
import { NETWORK_TYPES, signalOf } from "../../../workers/domain/networks/network";
import { networkTypeFor } from "../../../workers/domain/networks/network-type";

const NAMES: Record<string, string[]> = {
  isp: [
    "Swisscom (Schweiz) AG",
    "Sunrise GmbH",
    "Salt Mobile SA",
    "Init7 (Switzerland) Ltd.",
    "Deutsche Telekom AG",
    "Vodafone GmbH",
    "Telefonica Germany GmbH & Co.OHG",
    "1&1 Versatel Deutschland GmbH",
    "M-net Telekommunikations GmbH",
    "NetCologne Gesellschaft fur Telekommunikation mbH",
    "Stadtwerke Muenchen GmbH",
    "A1 Telekom Austria AG",
    "Comcast Cable Communications, LLC",
    "Charter Communications Inc",
    "AT&T Enterprises, LLC",
    "Verizon Business",
    "T-Mobile USA, Inc.",
    "Google Fiber Inc.",
    "Cox Communications Inc.",
    "Space Exploration Technologies Corporation",
    "Rogers Communications Canada Inc.",
    "Bell Canada",
    "British Telecommunications PLC",
    "Virgin Media Limited",
    "Sky UK Limited",
    "KPN B.V.",
    "Orange S.A.",
    "Free SAS",
    "Societe Francaise Du Radiotelephone - SFR SA",
    "Bouygues Telecom SA",
    "Telia Company AB",
    "TDC Holding A/S",
    "Telecom Italia S.p.A.",
    "Turk Telekomunikasyon Anonim Sirketi",
    "Reliance Jio Infocomm Limited",
    "Bharti Airtel Ltd.",
    "Telstra Limited",
    "TELEFÔNICA BRASIL S.A",
    "KDDI CORPORATION",
    "CHINA UNICOM China169 Backbone",
    "Chinanet",
    // Relays of people's privacy.
    "Cloudflare, Inc.",
    "Akamai Technologies, Inc.",
    "Fastly, Inc.",
    // Both: whoever has people as customers is no suspect.
    "Nordic Telecom & Cloud Services Ltd",
  ],
  hosting: [
    "Amazon.com, Inc.",
    "Amazon Technologies Inc.",
    "Google Cloud",
    "DigitalOcean, LLC",
    "OVH SAS",
    "Hetzner Online GmbH",
    "Linode, LLC",
    "The Constant Company, LLC",
    "Contabo GmbH",
    "LeaseWeb Netherlands B.V.",
    "Scaleway SAS",
    "Hostinger International Limited",
    "Rackspace Hosting",
    "Alibaba Cloud LLC",
    "GoDaddy.com, LLC",
    "Strato AG",
    "Example Dedicated Servers Ltd",
    "Nordic VPS AB",
    "Fly.io, Inc.",
    "M247 Europe SRL",
  ],
  education: [
    "SWITCH",
    "ETH Zurich",
    "Universität Zürich",
    "Massachusetts Institute of Technology",
    "Stanford University",
    "City University of New York",
    "Kings College London",
    "Fachhochschule Nordwestschweiz",
    "Verein zur Foerderung eines Deutschen Forschungsnetzes e.V.",
    "Renater",
    "Jisc Services Limited",
    "Politecnico di Milano",
    "Chicago Public Schools",
    "Australian Academic and Research Network (AARNet)",
    "Leibniz-Rechenzentrum der Universitaet Muenchen",
    "CERN - European Organization for Nuclear Research",
    "Department of Computer Science, University of Example",
  ],
  government: [
    "Bundesamt fuer Informatik und Telekommunikation",
    "Kanton Zug",
    "Stadt Zuerich",
    "City of Seattle",
    "State of Oregon",
    "Ministry of Education, Culture and Sports",
    "Ministère de l'Intérieur",
    "Bundesministerium des Innern",
    "Department of Homeland Security",
    "European Commission",
    "DoD Network Information Center",
    "US Senate",
    "Gemeente Amsterdam",
    "National Aeronautics and Space Administration",
    "Government of Ontario Data Centre",
  ],
  business: [
    "Zürich Versicherungs-Gesellschaft AG",
    "Zürcher Kantonalbank",
    "F. Hoffmann-La Roche AG",
    "Robert Bosch GmbH",
    "SAP SE",
    "Apple Inc.",
    "Google LLC",
    "Facebook, Inc.",
    "Salesforce, Inc.",
    "Goldman Sachs & Co",
    "Deloitte Services LP Group",
    "Siemens Energy Global GmbH & Co. KG",
    "Novo Nordisk A/S",
    "ASML Netherlands B.V.",
    "Fiat S.p.A.",
    "Zoom Video Communications, Inc",
    "Federal Express Corporation",
    "Cloud Nine Bakery Ltd",
    "Serverless Coffee Inc.",
  ],
  null: ["", "   ", "AS64500", "Réseau", "株式会社", "Somebody", "Cloud", "Internationale Vereinigung e.V."],
};

describe("a network's type by its name", () => {
  test.each(Object.entries(NAMES).flatMap(([type, names]) => names.map((name): [string, string] => [name, type])))(
    "%s: %s",
    (name, type) => {
      expect(String(networkTypeFor(null, name))).toBe(type);
    },
  );

  it("has examples of every type", () => {
    expect(Object.keys(NAMES).sort()).toEqual([...NETWORK_TYPES, "null"].sort());
    expect(Object.values(NAMES).flat().length).toBeGreaterThan(100);
  });
});

it("a number that is known says more than the name", () => {
  expect(networkTypeFor(16509, "Somebody's Telecom")).toBe("hosting");
  expect(networkTypeFor(8075, "Microsoft Corporation")).toBe("hosting");
  expect(networkTypeFor(396982, "Google LLC")).toBe("hosting");
  expect(networkTypeFor(15169, "Google LLC")).toBe("business");
  expect(networkTypeFor(63949, "Akamai Connected Cloud")).toBe("hosting");
  expect(networkTypeFor(24940, null)).toBe("hosting");
  expect(networkTypeFor(64500, null)).toBeNull();
  expect(networkTypeFor(null, null)).toBeNull();
});

it("people behind iCloud Private Relay and WARP are no suspects", () => {
  for (const asn of [13335, 54113, 36183, 20940])
    expect(signalOf({ network_type: networkTypeFor(asn, "Cloud Hosting Servers") })).toBeNull();
});
