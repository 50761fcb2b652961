/** Which labels fit: the first in order wins, a later one that would lie on it is left out. */

export interface Label {
  text: string;
  position: [number, number];
}

const CHARACTER = 7;
const LINE = 20;

function pixels([lon, lat]: [number, number], zoom: number): [number, number] {
  const world = 512 * 2 ** zoom;
  const sin = Math.sin((lat * Math.PI) / 180);
  return [((lon + 180) / 360) * world, (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * world];
}

export function pickLabels<T extends Label>(labels: readonly T[], zoom: number): T[] {
  const taken: [number, number, number][] = [];
  return labels.filter((label) => {
    const [x, y] = pixels(label.position, zoom);
    const half = (label.text.length * CHARACTER) / 2 + 6;
    if (taken.some(([tx, ty, th]) => Math.abs(tx - x) < half + th && Math.abs(ty - y) < LINE)) return false;
    taken.push([x, y, half]);
    return true;
  });
}

/** Points without those that lie far from the rest: a lone one overseas must not shrink all others. */
export function together(positions: readonly [number, number][]): [number, number][] {
  const middle = (axis: 0 | 1) => positions.map((p) => p[axis]).sort((a, b) => a - b)[positions.length >> 1] ?? 0;
  const [lon, lat] = [middle(0), middle(1)];
  const away = positions.map((p) => Math.hypot(p[0] - lon, p[1] - lat));
  const usual = [...away].sort((a, b) => a - b)[away.length >> 1] ?? 0;
  return positions.filter((_, i) => (away[i] as number) <= 3 * usual + 1).map((p) => [p[0], p[1]]);
}

/** A view that holds all points, as longitude, latitude and zoom. */
export function fitting(
  positions: readonly [number, number][],
  width: number,
  height: number,
): { longitude: number; latitude: number; zoom: number } {
  if (!positions.length) return { longitude: 10, latitude: 30, zoom: 1 };
  const all = positions.map((p) => pixels(p, 0));
  let [west, east, north, south] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of all) {
    west = Math.min(west, x);
    east = Math.max(east, x);
    north = Math.min(north, y);
    south = Math.max(south, y);
  }
  const across = Math.max(east - west, 1);
  const down = Math.max(south - north, 1);
  const margin = 0.82;
  const zoom = Math.min(Math.log2((width * margin) / across), Math.log2((height * margin) / down), 8);
  const y = (north + south) / 2 / 512;
  const latitude = (360 / Math.PI) * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - 90;
  return { longitude: ((west + east) / 2 / 512) * 360 - 180, latitude, zoom: Math.max(zoom, 0.3) };
}
