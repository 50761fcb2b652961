/** What the map draws, as plain values: no widget, no layer. */

import type { Arcs } from "./bundles";
import type { MapData } from "./data";
import { rampColor, tierColor, type Rgb } from "./ramp";

export const LAYERS = ["cells", "links", "nodes", "regions", "sites"] as const;
export type LayerName = (typeof LAYERS)[number];

export interface Selection {
  kind: "site" | "region" | "cell" | "node" | "link";
  key: string;
}

export function readSelection(text: string): Selection | null {
  const cut = text.indexOf(":");
  const kind = text.slice(0, cut);
  if (!["site", "region", "cell", "node", "link"].includes(kind)) return null;
  return { kind: kind as Selection["kind"], key: text.slice(cut + 1) };
}

export const writeSelection = (selection: Selection | null): string =>
  selection ? `${selection.kind}:${selection.key}` : "";

export interface Cells {
  key: string[];
  score: (number | null)[];
}

/** Where a part is missing: its cover by region, and the sites that make it. */
export interface Overlay {
  part: string;
  cover: Map<string, number | null>;
  makers: Set<number>;
}

export interface Scene {
  data: MapData;
  cells: Cells | null;
  arcs: Arcs | null;
  /** Score of each region, or cover of the overlay's part. */
  regions: Map<string, number | null>;
  /** Value at the dark end of the ramp, for cells and regions alike. */
  top: number;
  shown: ReadonlySet<LayerName>;
  selection: Selection | null;
  overlay: Overlay | null;
  moved: ReadonlyMap<number, [number, number]>;
  removed: ReadonlySet<number>;
  zoom: number;
  dark: boolean;
}

export interface SiteMarks {
  length: number;
  position: Float32Array;
  fill: Uint8Array;
  line: Uint8Array;
  radius: Float32Array;
}

const SOLID: Record<string, number> = { operating: 235, construction: 120, announced: 60, candidate: 20, closed: 0 };

/** Sites as circles: colour is the tier, filling the status, size whether the product needs it. */
export function siteMarks(scene: Scene): SiteMarks {
  const { sites } = scene.data;
  const crowded = sites.count > 5000;
  const marks: SiteMarks = {
    length: sites.count,
    position: scene.moved.size ? sites.position.slice() : sites.position,
    fill: new Uint8Array(4 * sites.count),
    line: new Uint8Array(4 * sites.count),
    radius: new Float32Array(sites.count),
  };
  for (const [site, [lon, lat]] of scene.moved) marks.position.set([lon, lat], 2 * site);
  for (let i = 0; i < sites.count; i++) {
    const tier = sites.tier[i] as number;
    const color = tierColor(tier);
    const gone = scene.removed.has(i);
    const faded = scene.overlay !== null && !scene.overlay.makers.has(i);
    const alpha = gone ? 0 : (SOLID[sites.status[i] as string] ?? 235);
    paint(marks.fill, i, color, faded ? alpha / 5 : alpha);
    paint(marks.line, i, alpha > 200 && !faded ? [255, 255, 255] : color, faded || gone ? 90 : 230);
    marks.radius[i] = crowded ? 2 : tier < 0 ? 3 : faded ? 3.5 : 5.5;
  }
  return marks;
}

function paint(into: Uint8Array, at: number, [r, g, b]: Rgb, alpha: number): void {
  into[4 * at] = r;
  into[4 * at + 1] = g;
  into[4 * at + 2] = b;
  into[4 * at + 3] = alpha;
}

export function cellColor(score: number | null, top: number): [number, number, number, number] {
  const [r, g, b] = rampColor(score, 0, top);
  const share = score === null ? 0.4 : Math.min(score / top, 1);
  return [r, g, b, Math.round(120 + 90 * share)];
}
