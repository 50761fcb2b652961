/** Links as arcs: each link by itself while they are few, else bundled between the cells of a grid that follows the zoom. */

import type { LinkData, SiteData } from "./data";

export const MOST_ARCS = 3000;

export interface Arcs {
  count: number;
  /** Arcs without the second copies of those that cross the 180th meridian; these come last. */
  own: number;
  source: Float32Array;
  target: Float32Array;
  width: Float32Array;
  offshore: Uint8Array;
  inferred: Uint8Array;
  /** Number of the link; -1 for a bundle. */
  link: Int32Array;
  /** Links behind each arc. */
  links: Int32Array;
  volume: Float64Array;
  /** Degrees of the grid; 0 where nothing is bundled. */
  grid: number;
}

export interface ArcFilter {
  /** Only links of this part; -1 for all. */
  part: number;
  /** Only links that touch this site; -1 for all. */
  site: number;
}

/** West, south, east, north in degrees. */
export type Bounds = readonly [number, number, number, number];

const FINEST = 0.05;

/** Arcs at a zoom. Where there are too many, those with no end in view are left out first, and the rest is bundled. */
export function makeArcs(
  sites: SiteData,
  links: LinkData,
  filter: ArcFilter,
  zoom: number,
  view: Bounds | null = null,
  most = MOST_ARCS,
): Arcs {
  let drawn = drawable(sites, links, filter);
  if (drawn.length > most && view) drawn = inView(sites, links, drawn, view);
  if (drawn.length <= most) return shortest(single(sites, links, drawn));
  let grid = Math.max(FINEST, 90 / 2 ** Math.max(0, Math.floor(zoom) + 1));
  for (;;) {
    const bundled = bundle(sites, links, drawn, grid, most);
    if (bundled) return shortest(bundled);
    grid *= 1.5;
  }
}

function inView(sites: SiteData, links: LinkData, drawn: Int32Array, [west, south, east, north]: Bounds): Int32Array {
  const seen = new Uint8Array(sites.count);
  for (let i = 0; i < sites.count; i++) {
    const lon = sites.position[2 * i] as number;
    const lat = sites.position[2 * i + 1] as number;
    seen[i] = lon >= west && lon <= east && lat >= south && lat <= north ? 1 : 0;
  }
  return drawn.filter((link) => seen[links.from[link] as number] || seen[links.to[link] as number]);
}

/**
 * Take each arc the short way round the Earth. One that crosses the 180th meridian is drawn twice, once from either edge of
 * the map, each running on beyond the other.
 */
function shortest(arcs: Arcs): Arcs {
  const turns = Array.from({ length: arcs.count }, (_, i) =>
    Math.round(((arcs.target[2 * i] as number) - (arcs.source[2 * i] as number)) / 360),
  );
  const crossing = turns.flatMap((turn, i) => (turn ? [i] : []));
  if (!crossing.length) return arcs;
  const order = Int32Array.from([...turns.keys(), ...crossing]);
  const both = empty(order.length, arcs.grid);
  both.own = arcs.count;
  order.forEach((from, to) => {
    both.source.set(arcs.source.subarray(2 * from, 2 * from + 2), 2 * to);
    both.target.set(arcs.target.subarray(2 * from, 2 * from + 2), 2 * to);
    for (const name of ["width", "offshore", "inferred", "link", "links", "volume"] as const) {
      both[name][to] = arcs[name][from] as number;
    }
    const turn = turns[from] as number;
    const end = to < arcs.count ? both.target : both.source;
    end[2 * to] = (end[2 * to] as number) + (to < arcs.count ? -360 : 360) * turn;
  });
  return both;
}

/** The same arcs, those of moved sites with that end where it was put; bundles stay where they are. */
export function follow(arcs: Arcs, links: LinkData, moved: ReadonlyMap<number, readonly [number, number]>): Arcs {
  if (!moved.size || arcs.grid) return arcs;
  const [source, target] = [arcs.source.slice(), arcs.target.slice()];
  for (let i = 0; i < arcs.count; i++) {
    const link = arcs.link[i] as number;
    const from = moved.get(links.from[link] as number);
    const to = moved.get(links.to[link] as number);
    if (!from && !to) continue;
    if (from) source.set(from, 2 * i);
    if (to) target.set(to, 2 * i);
    const turn = Math.round(((target[2 * i] as number) - (source[2 * i] as number)) / 360);
    const end = i < arcs.own ? target : source;
    end[2 * i] = (end[2 * i] as number) + (i < arcs.own ? -360 : 360) * turn;
  }
  return { ...arcs, source, target };
}

function drawable(sites: SiteData, links: LinkData, filter: ArcFilter): Int32Array {
  const kept = new Int32Array(links.count);
  let n = 0;
  for (let link = 0; link < links.count; link++) {
    const a = links.from[link] as number;
    const b = links.to[link] as number;
    if (a < 0 || b < 0 || a === b) continue;
    if (filter.part >= 0 && links.part[link] !== filter.part) continue;
    if (filter.site >= 0 && a !== filter.site && b !== filter.site) continue;
    if (Number.isNaN(sites.position[2 * a]) || Number.isNaN(sites.position[2 * b])) continue;
    kept[n++] = link;
  }
  return kept.subarray(0, n);
}

function empty(count: number, grid: number): Arcs {
  return {
    count,
    own: count,
    source: new Float32Array(2 * count),
    target: new Float32Array(2 * count),
    width: new Float32Array(count),
    offshore: new Uint8Array(count),
    inferred: new Uint8Array(count),
    link: new Int32Array(count).fill(-1),
    links: new Int32Array(count),
    volume: new Float64Array(count),
    grid,
  };
}

function single(sites: SiteData, links: LinkData, drawn: Int32Array): Arcs {
  const arcs = empty(drawn.length, 0);
  const inferred = links.evidences.indexOf("inferred");
  const top = largest(links, drawn);
  for (let i = 0; i < drawn.length; i++) {
    const link = drawn[i] as number;
    const a = links.from[link] as number;
    const b = links.to[link] as number;
    arcs.source.set(sites.position.subarray(2 * a, 2 * a + 2), 2 * i);
    arcs.target.set(sites.position.subarray(2 * b, 2 * b + 2), 2 * i);
    arcs.offshore[i] = links.offshore[link] as number;
    arcs.inferred[i] = links.evidence[link] === inferred ? 1 : 0;
    arcs.link[i] = link;
    arcs.links[i] = 1;
    arcs.volume[i] = links.volume[link] as number;
    arcs.width[i] = width(links, link, top);
  }
  return arcs;
}

/** Largest volume of each part: units of different parts cannot be laid beside each other. */
function largest(links: LinkData, drawn: Int32Array): Float64Array {
  const top = new Float64Array(links.parts.length);
  for (const link of drawn) {
    const part = links.part[link] as number;
    const volume = links.volume[link] as number;
    if (volume > (top[part] as number)) top[part] = volume;
  }
  return top;
}

function width(links: LinkData, link: number, top: Float64Array): number {
  const most = top[links.part[link] as number] as number;
  const volume = links.volume[link] as number;
  return volume > 0 && most > 0 ? 0.6 + 2 * Math.sqrt(volume / most) : 0.6;
}

function bundle(sites: SiteData, links: LinkData, drawn: Int32Array, grid: number, most: number): Arcs | null {
  const columns = Math.ceil(360 / grid);
  const cells = columns * Math.ceil(180 / grid);
  const cell = new Int32Array(sites.count);
  for (let i = 0; i < sites.count; i++) {
    const lon = sites.position[2 * i] as number;
    const lat = sites.position[2 * i + 1] as number;
    cell[i] = Number.isNaN(lon) ? -1 : Math.floor((lat + 90) / grid) * columns + Math.floor((lon + 180) / grid);
  }
  const seen = new Map<number, number>();
  const of = new Int32Array(drawn.length);
  let inside = 0;
  for (let i = 0; i < drawn.length; i++) {
    const link = drawn[i] as number;
    const a = cell[links.from[link] as number] as number;
    const b = cell[links.to[link] as number] as number;
    if (a === b) {
      of[i] = -1;
      inside++;
      continue;
    }
    const key = a * cells + b;
    let at = seen.get(key);
    if (at === undefined) {
      if (seen.size >= most) return null;
      at = seen.size;
      seen.set(key, at);
    }
    of[i] = at;
  }
  return inside === drawn.length ? empty(0, grid) : sums(sites, links, drawn, of, seen.size, grid);
}

function sums(
  sites: SiteData,
  links: LinkData,
  drawn: Int32Array,
  of: Int32Array,
  count: number,
  grid: number,
): Arcs {
  const arcs = empty(count, grid);
  const inferred = links.evidences.indexOf("inferred");
  const offshore = new Int32Array(count);
  const guessed = new Int32Array(count);
  const at = new Float64Array(4 * count);
  for (let i = 0; i < drawn.length; i++) {
    const arc = of[i] as number;
    if (arc < 0) continue;
    const link = drawn[i] as number;
    const ends = [links.from[link] as number, links.to[link] as number];
    for (let end = 0; end < 2; end++) {
      const site = ends[end] as number;
      for (let axis = 0; axis < 2; axis++) {
        const slot = 4 * arc + 2 * end + axis;
        at[slot] = (at[slot] as number) + (sites.position[2 * site + axis] as number);
      }
    }
    arcs.links[arc] = (arcs.links[arc] as number) + 1;
    offshore[arc] = (offshore[arc] as number) + (links.offshore[link] as number);
    guessed[arc] = (guessed[arc] as number) + (links.evidence[link] === inferred ? 1 : 0);
  }
  let top = 1;
  for (const n of arcs.links) if (n > top) top = n;
  for (let arc = 0; arc < count; arc++) {
    const n = arcs.links[arc] as number;
    arcs.source.set([(at[4 * arc] as number) / n, (at[4 * arc + 1] as number) / n], 2 * arc);
    arcs.target.set([(at[4 * arc + 2] as number) / n, (at[4 * arc + 3] as number) / n], 2 * arc);
    arcs.offshore[arc] = 2 * (offshore[arc] as number) >= n ? 1 : 0;
    arcs.inferred[arc] = 2 * (guessed[arc] as number) > n ? 1 : 0;
    arcs.volume[arc] = NaN;
    arcs.width[arc] = 0.8 + 4.2 * Math.sqrt(n / top);
  }
  return arcs;
}
