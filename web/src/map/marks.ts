/** What tests and benchmarks may ask of the map. */

export interface MapProbe {
  /** Kind and key of what is drawn at a pixel of the map. */
  pick(x: number, y: number): { layer: string; index: number } | null;
  project(lon: number, lat: number): [number, number];
  layers(): { id: string; count: number; visible: boolean }[];
  view(): { longitude: number; latitude: number; zoom: number };
  jump(longitude: number, latitude: number, zoom: number): void;
}

declare global {
  interface Window {
    /** The map, for tests that pick and project. */
    __map?: MapProbe;
    /** Milliseconds of each move of a dragged site, stretch by stretch. */
    __what_if?: Record<keyof Stretches, number[]>;
  }
}

/** The way of a move: from the hand to the frame with its scores, and what it is made of. */
export interface Stretches {
  total: number;
  /** Until the question before was answered. */
  waited: number;
  /** From the question to its answer, in the page; `server` of it is the server's own work. */
  answered: number;
  server: number;
  /** From the answer to the layers that show it. */
  laid: number;
  /** From there to the frame. Without a graphics card this is mostly the drawing of it. */
  drawn: number;
}

export function sampleWhatIf(stretches: Stretches): void {
  const all = (window.__what_if ??= { total: [], waited: [], answered: [], server: [], laid: [], drawn: [] });
  for (const [name, ms] of Object.entries(stretches) as [keyof Stretches, number][]) all[name].push(ms);
}
