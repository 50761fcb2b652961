/** Small signs for logistics nodes and laboratories, drawn once on a canvas: a shape each, so that colour is not needed. */

export const NODE_KINDS = [
  "seaport",
  "airport",
  "rail_terminal",
  "border_crossing",
  "canal",
  "test_lab",
  "training_centre",
  "university",
  "industrial_park",
] as const;

const CELL = 48;
const MIDDLE = CELL / 2;
const POLYGONS: Record<string, [number, number][]> = {
  seaport: ring(3, -90),
  airport: ring(3, 90),
  rail_terminal: ring(4, 45),
  border_crossing: ring(4, 0),
  canal: ring(6, 0),
  test_lab: star(4),
  training_centre: ring(5, -90),
  university: star(5),
  industrial_park: ring(8, 22.5),
};

function ring(corners: number, turn: number): [number, number][] {
  return Array.from({ length: corners }, (_, i) => corner(turn + (360 * i) / corners, 18));
}

function star(points: number): [number, number][] {
  return Array.from({ length: 2 * points }, (_, i) => corner(-90 + (180 * i) / points, i % 2 ? 7 : 20));
}

function corner(degrees: number, radius: number): [number, number] {
  const angle = (degrees * Math.PI) / 180;
  return [MIDDLE + radius * Math.cos(angle), MIDDLE + radius * Math.sin(angle)];
}

export interface Atlas {
  image: HTMLCanvasElement;
  mapping: Record<string, { x: number; y: number; width: number; height: number; mask: boolean }>;
}

/** SVG path of a sign, for the legend. */
export function signPath(kind: string): string {
  const points = POLYGONS[kind] ?? ring(4, 0);
  return `M${points.map(([x, y]) => `${((x / CELL) * 16).toFixed(1)} ${((y / CELL) * 16).toFixed(1)}`).join("L")}Z`;
}

export function nodeAtlas(ink: string, halo: string): Atlas {
  const image = document.createElement("canvas");
  image.width = CELL * NODE_KINDS.length;
  image.height = CELL;
  const pen = image.getContext("2d");
  const mapping: Atlas["mapping"] = {};
  NODE_KINDS.forEach((kind, i) => {
    mapping[kind] = { x: i * CELL, y: 0, width: CELL, height: CELL, mask: false };
    if (!pen) return;
    pen.beginPath();
    for (const [x, y] of POLYGONS[kind] ?? []) pen.lineTo(i * CELL + x, y);
    pen.closePath();
    pen.lineWidth = 6;
    pen.lineJoin = "round";
    pen.strokeStyle = halo;
    pen.stroke();
    pen.fillStyle = ink;
    pen.fill();
  });
  return { image, mapping };
}
