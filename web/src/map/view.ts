/** Where the camera stands, as the address holds it. */

import type { Bounds } from "./bundles";

export interface View {
  longitude: number;
  latitude: number;
  zoom: number;
}

export function readView(text: string): View | null {
  const [longitude, latitude, zoom] = text.split(",").map(Number);
  if (longitude === undefined || latitude === undefined || zoom === undefined) return null;
  return [longitude, latitude, zoom].every(Number.isFinite) ? { longitude, latitude, zoom } : null;
}

/** About what is in view, in steps of its size, so that a small move asks nothing. */
export function boundsOf(view: View | null, spans = 1): Bounds | null {
  if (!view || view.zoom < 3) return null;
  const tile = 360 / 2 ** Math.floor(view.zoom);
  const [span, step] = [spans * tile, tile / 2];
  const [lon, lat] = [Math.round(view.longitude / step) * step, Math.round(view.latitude / step) * step];
  return [lon - span, lat - span, lon + span, lat + span];
}
