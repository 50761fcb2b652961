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
    /** Milliseconds from each move of a dragged site to the frame with its scores, and what the server took of it. */
    __what_if?: { total: number[]; server: number[] };
  }
}

export function sampleWhatIf(total: number, server: number): void {
  window.__what_if ??= { total: [], server: [] };
  window.__what_if.total.push(total);
  window.__what_if.server.push(server);
}
