// Network types: the kind of an autonomous system by its number or, failing that, by its name.
//
// Numbers take precedence over names. Names are matched in the order ministry → education → government → ISP → hosting
// → business, because
// - a ministry of education is government, but a department of a university or a city's college is education;
// - a company that is both ISP and host ("Telecom & Cloud Ltd") has human customers. `hosting` makes a visit a suspect,
//   so missing a host does less harm here than mistaking an ISP for one;
// - a company suffix is the weakest hint: universities and ISPs have it too.
import type { NetworkType } from "./network";

/**
 * The networks of iCloud Private Relay (Akamai, Cloudflare, Fastly) and WARP (Cloudflare). They also run servers, which
 * cannot be told apart, but most of their traffic is people, and nobody who pays for privacy should count as a bot. We
 * treat them like an ISP: the network says nothing about the visitor.
 */
const RELAYS = [13335, 209242, 54113, 20940, 36183];

/** Hosts large enough to appear on any site. */
const HOSTS: Record<string, readonly number[]> = {
  Amazon: [16509, 14618],
  "Google Cloud": [396982],
  Microsoft: [8075],
  Oracle: [31898],
  IBM: [36351],
  Alibaba: [45102, 37963],
  Tencent: [132203, 45090],
  Huawei: [136907, 55990],
  Yandex: [200350],
  DigitalOcean: [14061],
  OVH: [16276],
  Hetzner: [24940, 213230],
  Linode: [63949],
  Vultr: [20473],
  Scaleway: [12876],
  Contabo: [51167],
  Leaseweb: [60781, 28753, 30633, 7203],
  IONOS: [8560],
  Strato: [6724],
  netcup: [197540],
  UpCloud: [202053],
  Exoscale: [61098],
  Infomaniak: [29222],
  Hostpoint: [29097],
  TransIP: [20857],
  Worldstream: [49981],
  GoDaddy: [26496],
  Hostinger: [47583],
  "Unified Layer": [46606],
  DreamHost: [26347],
  "Liquid Web": [32244],
  Namecheap: [22612],
  Rackspace: [33070, 27357, 19994],
  Hostwinds: [54290],
  ColoCrossing: [36352],
  QuadraNet: [8100],
  Psychz: [40676],
  FranTech: [53667],
  "Equinix Metal": [54825],
  "Fly.io": [40509],
  M247: [9009],
  Datacamp: [60068, 212238],
  Clouvider: [62240],
  Selectel: [49505],
};

const BY_NUMBER = new Map<number, NetworkType>([
  ...RELAYS.map((asn): [number, NetworkType] => [asn, "isp"]),
  ...Object.values(HOSTS).flatMap((asns) => asns.map((asn): [number, NetworkType] => [asn, "hosting"])),
]);

const alternatives = (lists: readonly string[]): string => lists.join(", ").replaceAll(", ", "|");

/**
 * A pattern that matches any of these whole words, given in lists. `*` at the start or end of a word matches more of
 * it.
 */
const words = (...lists: string[]): RegExp =>
  new RegExp(`(?<![a-z0-9])(?:${alternatives(lists).replaceAll("*", "[a-z0-9]*")})(?![a-z0-9])`);
/** The same, but only at the start: for brands that are everyday words. */
const beginning = (...lists: string[]): RegExp => new RegExp(`^(?:${alternatives(lists)})(?![a-z0-9])`);

/** The first match applies. Names are compared in lower case, without accents and signs. */
const BY_NAME: readonly [NetworkType, RegExp][] = [
  ["isp", words("cloudflare*, akamai technologies, akamai international, fastly")],
  ["government", words("ministry, ministries, ministerio, ministero, ministere, ministerstwo, *ministerium*")],
  [
    // Teaching and research, which share networks.
    "education",
    words(
      "universit*, universidad*, uniwersytet, univerzit*, yliopisto, *hochschule*, *schule, *schulen",
      "college*, schools?, ecoles?, escola, escuela, lycee, scuola, academic, academy of sciences",
      "institutes? of technology, polytechni*, politecnic*, politechnika, eth zurich, epfl, ethz",
      "ecole polytechnique, *forschungsnetz*, research (?:and|&) education, education (?:and|&) research",
      "research network, studierendenwerk, studentenwerk, max planck*, fraunhofer*, helmholtz*, cern, cnrs",
      "inria, renater, jisc, janet, garr, internet2, canarie, aarnet, reannz, sunet, uninett",
      "surf b v, surfnet, belnet, heanet, geant, cesnet",
    ),
  ],
  [
    "government",
    words(
      "government, gov, govt, gouvernement, gobierno, governo, *regierung, bundesamt*, bundesverwaltung",
      "bundestag, bundesrechenzentrum, kanton, landkreis, stadtverwaltung, einwohnergemeinde, landesamt*",
      "municipality, municipio, municipal government, mairie, commune de, ville de, gemeente, kommune",
      "rijksoverheid, (?:city|county|state|town|village|township|province) of",
      "(?:city|county|borough|district|shire) council, county government, department of, parliament, senate",
      "house of representatives, european commission, police, polizei, u s army, us army",
      "department of defense, dod, national aeronautics and space administration, armed forces, embassy",
    ),
  ],
  // The name of Switzerland's research network; a data center in Nevada is Switch, Ltd.
  ["education", /^switch$/],
  ["government", beginning("stadt, freistaat, republic of, us (?:senate|house|courts)")],
  ["education", words("education, educational, educacion, educacao, bildung")],
  // Not ISPs, although they contain words of the next patterns.
  ["business", words("zoom video communications, internet archive, internet brands, exxonmobile?")],
  [
    "isp",
    words(
      "*telecom*, *telekom*, telco, *telefon*, telephone*, radiotelephone, *broadband*, cable, cablevision",
      "kabel*, mobile, mobil, wireless*, cellular, communications?, internet, dsl, isp, fib(?:er|re)s?",
      "fibernet, fibra, ftth, glasfaser*, satellite, stadtwerke, stadtnetz*, wifi, infocomm, swisscom",
      "vodafone*, telefonica, comcast, verizon, at&t, at t, t mobile*, bell canada, telus, virgin media",
      "talktalk, british tele*, plusnet, hutchison, telstra, optus, vocus, claro, movistar, wind tre",
      "fastweb, iliad, bouygues tele*, proximus, kpn, ziggo, odido, tele2, telia*, telenor, telenet",
      "elisa oyj, tdc, jio, airtel, bsnl, vodacom, safaricom, mtn, etisalat, turkcell, megafon, vimpelcom",
      "rostele*, chinanet*, china unicom, china mobile, kddi, softbank, ntt, docomo, lg uplus, hinet",
      "chunghwa, singtel, starhub, pldt, viettel, vnpt, starlink, spacex, space exploration technologies",
      "netcologne, m net, liberty global, upc, rcs & rds, polkomtel, p4 sp z o o, altice, centurylink",
      "charter, spectrum, google fiber, init7, sfr, numericable",
    ),
  ],
  [
    "isp",
    beginning(
      "orange(?! county), free sas, free pro, sunrise, salt, sky uk, sky italia, ee limited, tim s p a",
      "dna oyj, spark new zealand, tpg, rogers, shaw, cox, bt, play, three, o2, quickline, 1&1 versatel",
    ),
  ],
  [
    "hosting",
    words(
      "*hosting, webhost*, web hosts?, hosters?, vps, data ?cent(?:er|re)s?, datacent(?:er|re)s?",
      "colocation, dedicated servers?, cloud servers?, (?:public|private) cloud, servers",
      "cloud (?:services|computing|platform|hosting|infrastructure), google cloud*, alibaba cloud",
      "tencent cloud, oracle cloud*, ibm cloud, huawei clouds?, yandex cloud, microsoft azure, amazon",
      "amazon com, aws, digitalocean*, ovh*, hetzner*, linode*, vultr, choopa, the constant company",
      "scaleway, contabo, leaseweb*, ionos, netcup, upcloud, exoscale, infomaniak, hostpoint, hostinger",
      "hostwinds, hostgator, bluehost, dreamhost, godaddy com, namecheap, rackspace, softlayer",
      "colocrossing, quadranet, psychz, m247, datacamp, clouvider, selectel, kamatera, worldstream, transip",
      "liquid web, fly io, unified layer, akamai connected cloud",
    ),
  ],
  ["hosting", beginning("strato ag, strato gmbh")],
  [
    "business",
    words(
      "ag, gmbh, mbh, kgaa, inc, incorporated, ltd, limited, llc, l l c, llp, plc, corp, corporation",
      "company, sas, s a s, sarl, sa, s a, spa, s p a, srl, s r l, b v, bv, n v, nv, ab, a s, asa, oyj?",
      "aps, sp z o o, s r o, kft, zrt, d o o, pty, pvt, k k, ltda, pjsc, jsc, ooo, *bank, banque, banco",
      "group, gruppe, groupe, holdings?, insurance, *versicherung*, airlines?, airways, hotels?, law firm",
      "consulting, partners",
    ),
  ],
  // Only at the end: an AS is also an autonomous system, and "se", "kg" and "co" are words.
  ["business", /\s(?:as|se|kg|co|ohg)$/],
];

/** `Zürich Versicherungs-Gesellschaft AG` → `zurich versicherungs gesellschaft ag` */
const plainName = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replace(/[^a-z0-9&]+/g, " ")
    .trim();

const byName = (organization: string): NetworkType | null => {
  const name = plainName(organization);
  return BY_NAME.find(([, pattern]) => pattern.test(name))?.[0] ?? null;
};

/** Null if neither number nor name is known. `organization` in the edge's form: `Swisscom (Schweiz) AG`. */
export function networkTypeFor(asn: number | null, organization: string | null): NetworkType | null {
  return (asn !== null && BY_NUMBER.get(asn)) || (organization ? byName(organization) : null);
}
