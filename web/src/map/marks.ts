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
    /**
     * Milliseconds of each move of a dragged site: from the hand to the frame with its scores, from the question to its
     * answer, and what the server took of that. Without a graphics card the first is mostly the drawing of the frame.
     */
    __what_if?: { total: number[]; answered: number[]; server: number[] };
  }
}

export function sampleWhatIf(total: number, answered: number, server: number): void {
  window.__what_if ??= { total: [], answered: [], server: [] };
  window.__what_if.total.push(total);
  window.__what_if.answered.push(answered);
  window.__what_if.server.push(server);
}
