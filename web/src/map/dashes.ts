import { ArcLayer } from "@deck.gl/layers";

/** Arcs in dashes: what nobody declared. Dashes are cut along the arc in the shader, so they cost no data. */
export class DashedArcLayer<D = unknown> extends ArcLayer<D> {
  static override layerName = "DashedArcLayer";

  override getShaders(): ReturnType<ArcLayer["getShaders"]> {
    const shaders = super.getShaders() as { inject?: Record<string, string> };
    const dash = "if (fract(geometry.uv.x * 16.0) > 0.6) { discard; }";
    return { ...shaders, inject: { ...shaders.inject, "fs:DECKGL_FILTER_COLOR": dash } };
  }
}
