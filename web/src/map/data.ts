/** The map's answer of the server, turned into typed arrays that deck.gl draws as they are. */

type Text = string | null;
type Num = number | null;

/** Columnar JSON of `GET …/map`; ends of links are site keys or indexes into the sites. */
export interface MapAnswer {
  sites: {
    site: string[];
    name: Text[];
    lat: Num[];
    lon: Num[];
    status: Text[];
    country: Text[];
    region: Text[];
    tier: Num[];
    parts: (string[] | string | null)[];
    capacity: Num[];
  };
  links: {
    supplier: (string | number)[];
    buyer: (string | number)[];
    part: (string | number)[];
    volume: Num[];
    mode: Text[];
    evidence: Text[];
    offshore: (boolean | number | null)[];
  };
  nodes: { node: string[]; name: Text[]; kind: Text[]; lat: Num[]; lon: Num[]; country?: Text[] };
  regions: { region: string[]; name: Text[]; lat: Num[]; lon: Num[]; country: Text[] };
  products?: unknown;
}

export interface SiteData {
  count: number;
  key: string[];
  name: string[];
  status: string[];
  country: Text[];
  region: Text[];
  parts: string[][];
  /** lon, lat of each site; NaN where nobody knows. */
  position: Float32Array;
  /** -1 where the site makes nothing that the product needs. */
  tier: Int16Array;
  capacity: Float64Array;
}

export interface LinkData {
  count: number;
  from: Int32Array;
  to: Int32Array;
  part: Int32Array;
  parts: string[];
  volume: Float64Array;
  mode: Uint8Array;
  modes: string[];
  evidence: Uint8Array;
  evidences: string[];
  offshore: Uint8Array;
  /** Links into a site: `into.items[into.start[s] … into.start[s + 1]]`; `outOf` alike. */
  into: Adjacency;
  outOf: Adjacency;
}

export interface Adjacency {
  start: Int32Array;
  items: Int32Array;
}

export interface PointData {
  key: string;
  name: string;
  kind: string;
  country: Text;
  position: [number, number];
}

export interface MapData {
  sites: SiteData;
  links: LinkData;
  nodes: PointData[];
  regions: PointData[];
  /** Sites that stand in the tables but have no coordinates. */
  unplaced: number;
}

export function decode(answer: MapAnswer): MapData {
  const sites = decodeSites(answer.sites);
  const links = decodeLinks(answer.links, sites);
  let unplaced = 0;
  for (let i = 0; i < sites.count; i++) if (Number.isNaN(sites.position[2 * i])) unplaced++;
  return {
    sites,
    links,
    nodes: points(answer.nodes.node, answer.nodes),
    regions: points(answer.regions.region, answer.regions),
    unplaced,
  };
}

function decodeSites(given: MapAnswer["sites"]): SiteData {
  const count = given.site.length;
  const position = new Float32Array(2 * count);
  const tier = new Int16Array(count);
  const capacity = new Float64Array(count);
  const parts: string[][] = new Array(count);
  for (let i = 0; i < count; i++) {
    position[2 * i] = given.lon[i] ?? NaN;
    position[2 * i + 1] = given.lat[i] ?? NaN;
    tier[i] = given.tier[i] ?? -1;
    capacity[i] = given.capacity[i] ?? NaN;
    const made = given.parts[i];
    parts[i] = Array.isArray(made) ? made : made ? made.split(";") : [];
  }
  return {
    count,
    key: given.site,
    name: given.name.map((name, i) => name ?? (given.site[i] as string)),
    status: given.status.map((status) => status ?? "operating"),
    country: given.country,
    region: given.region,
    parts,
    position,
    tier,
    capacity,
  };
}

function decodeLinks(given: MapAnswer["links"], sites: SiteData): LinkData {
  const count = given.supplier.length;
  const index = new Map(sites.key.map((key, i) => [key, i]));
  const end = (value: string | number | undefined) =>
    typeof value === "number" ? value : (index.get(value as string) ?? -1);
  const from = Int32Array.from(given.supplier, end);
  const to = Int32Array.from(given.buyer, end);
  const [part, parts] = codes(given.part.map(String));
  const [mode, modes] = codes(given.mode);
  const [evidence, evidences] = codes(given.evidence);
  return {
    count,
    from,
    to,
    part: Int32Array.from(part),
    parts,
    volume: Float64Array.from(given.volume, (volume) => volume ?? NaN),
    mode: Uint8Array.from(mode),
    modes,
    evidence: Uint8Array.from(evidence),
    evidences,
    offshore: Uint8Array.from(given.offshore, (offshore) => (offshore ? 1 : 0)),
    into: adjacency(to, sites.count),
    outOf: adjacency(from, sites.count),
  };
}

function codes(words: Text[]): [number[], string[]] {
  const seen = new Map<string, number>();
  const at = words.map((word) => {
    const key = word ?? "";
    const known = seen.get(key);
    if (known !== undefined) return known;
    seen.set(key, seen.size);
    return seen.size - 1;
  });
  return [at, [...seen.keys()]];
}

/** Links by one of their ends, counted once and laid out flat. */
export function adjacency(ends: Int32Array, count: number): Adjacency {
  const start = new Int32Array(count + 1);
  for (const end of ends) if (end >= 0) start[end + 1] = (start[end + 1] as number) + 1;
  for (let i = 0; i < count; i++) start[i + 1] = (start[i + 1] as number) + (start[i] as number);
  const items = new Int32Array(start[count] as number);
  const next = start.slice(0, count);
  for (let link = 0; link < ends.length; link++) {
    const end = ends[link] as number;
    if (end < 0) continue;
    items[next[end] as number] = link;
    next[end] = (next[end] as number) + 1;
  }
  return { start, items };
}

type Points = { name: Text[]; kind?: Text[]; lat: Num[]; lon: Num[]; country?: Text[] };

function points(keys: string[], given: Points): PointData[] {
  const found: PointData[] = [];
  keys.forEach((key, i) => {
    const lat = given.lat[i];
    const lon = given.lon[i];
    if (lat === null || lat === undefined || lon === null || lon === undefined) return;
    found.push({
      key,
      name: given.name[i] ?? key,
      kind: given.kind?.[i] ?? "",
      country: given.country?.[i] ?? null,
      position: [lon, lat],
    });
  });
  return found;
}

/** Links at a site with their other end, the largest known volume first. */
export function linksAt(data: MapData, site: number, side: "into" | "outOf"): number[] {
  const { start, items } = data.links[side];
  const found = Array.from(items.subarray(start[site] as number, start[site + 1] as number));
  const size = (link: number) => data.links.volume[link] || 0;
  return found.sort((a, b) => size(b) - size(a));
}
