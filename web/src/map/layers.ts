/** The layers of the map, from bottom to top. */

import type { Layer } from "@deck.gl/core";
import { H3HexagonLayer } from "@deck.gl/geo-layers";
import { ArcLayer, GeoJsonLayer, IconLayer, ScatterplotLayer, TextLayer } from "@deck.gl/layers";
import type { FeatureCollection } from "geojson";
import type { Arcs } from "./bundles";
import { DashedArcLayer } from "./dashes";
import type { PointData } from "./data";
import { pickLabels, type Label } from "./labels";
import { OFFSHORE, ONSHORE, rampColor, rgb } from "./ramp";
import { cellColor, type Scene, type SiteMarks } from "./scene";
import { nodeAtlas, type Atlas } from "./shapes";

type Color = [number, number, number, number];

const LIGHT = { land: [240, 242, 240], shore: [166, 176, 184], ink: [27, 39, 51], halo: [255, 255, 255] } as const;
const DARK = { land: [38, 46, 54], shore: [92, 104, 114], ink: [226, 232, 236], halo: [20, 26, 32] } as const;
const look = (dark: boolean) => (dark ? DARK : LIGHT);
const opaque = ([r, g, b]: readonly [number, number, number], alpha = 255): Color => [r, g, b, alpha];

const atlases = new Map<boolean, Atlas>();

function atlas(dark: boolean): Atlas {
  let made = atlases.get(dark);
  if (!made) {
    made = dark ? nodeAtlas("#e2e8ec", "#141a20") : nodeAtlas("#37424d", "#ffffff");
    atlases.set(dark, made);
  }
  return made;
}

export function makeLayers(scene: Scene, marks: SiteMarks, world: FeatureCollection | null): Layer[] {
  const on = (name: Parameters<Scene["shown"]["has"]>[0]) => scene.shown.has(name);
  return [
    land(scene, world),
    on("cells") && scene.cells ? cells(scene) : null,
    borders(scene, world),
    ...(on("links") && scene.arcs ? arcs(scene.arcs) : []),
    on("nodes") ? nodes(scene) : null,
    ...(on("regions") ? regions(scene) : []),
    on("sites") ? sites(marks) : null,
    chosen(scene, marks),
  ].filter((layer) => layer !== null) as Layer[];
}

function land(scene: Scene, world: FeatureCollection | null): Layer {
  return new GeoJsonLayer({
    id: "land",
    data: world ?? { type: "FeatureCollection", features: [] },
    filled: true,
    stroked: false,
    getFillColor: opaque(look(scene.dark).land),
    updateTriggers: { getFillColor: scene.dark },
  });
}

function borders(scene: Scene, world: FeatureCollection | null): Layer {
  return new GeoJsonLayer({
    id: "borders",
    data: world ?? { type: "FeatureCollection", features: [] },
    filled: false,
    stroked: true,
    getLineColor: opaque(look(scene.dark).shore, 190),
    lineWidthUnits: "pixels",
    getLineWidth: 0.8,
    updateTriggers: { getLineColor: scene.dark },
  });
}

function cells(scene: Scene): Layer {
  const { key, score } = scene.cells as NonNullable<Scene["cells"]>;
  return new H3HexagonLayer<string>({
    id: "cells",
    data: key,
    getHexagon: (cell) => cell,
    getFillColor: (_, { index }) => cellColor(score[index] ?? null, scene.top),
    updateTriggers: { getFillColor: [score, scene.top] },
    extruded: false,
    filled: true,
    stroked: false,
    highPrecision: true,
    pickable: true,
  });
}

const drawnArcs = new WeakMap<Arcs, Layer["props"][]>();

function arcs(all: Arcs): Layer[] {
  let props = drawnArcs.get(all);
  if (!props) {
    props = [arcProps(all, false), arcProps(all, true)];
    drawnArcs.set(all, props);
  }
  return [new ArcLayer(props[0] as never), new DashedArcLayer(props[1] as never)];
}

function arcProps(all: Arcs, inferred: boolean): Layer["props"] {
  const rows: number[] = [];
  for (let i = 0; i < all.count; i++) if (Boolean(all.inferred[i]) === inferred) rows.push(i);
  const take = (from: Float32Array, size: number): Float32Array => {
    const found = new Float32Array(size * rows.length);
    rows.forEach((row, i) => found.set(from.subarray(size * row, size * row + size), size * i));
    return found;
  };
  const color = new Uint8Array(4 * rows.length);
  rows.forEach((row, i) => color.set(opaque(rgb(all.offshore[row] ? OFFSHORE : ONSHORE), inferred ? (all.offshore[row] ? 95 : 55) : 190), 4 * i));
  const shade = { value: color, size: 4, normalized: true };
  return {
    id: inferred ? "links-inferred" : "links",
    data: {
      length: rows.length,
      rows,
      attributes: {
        getSourcePosition: { value: take(all.source, 2), size: 2 },
        getTargetPosition: { value: take(all.target, 2), size: 2 },
        getSourceColor: shade,
        getTargetColor: shade,
        getWidth: { value: take(all.width, 1), size: 1 },
      },
    },
    getHeight: 0.25,
    getTilt: 75,
    numSegments: rows.length > 1500 ? 20 : 40,
    widthUnits: "pixels",
    pickable: true,
    parameters: { depthCompare: "always" },
  } as unknown as Layer["props"];
}

function nodes(scene: Scene): Layer {
  const { image, mapping } = atlas(scene.dark);
  return new IconLayer<PointData>({
    id: "nodes",
    data: scene.data.nodes,
    iconAtlas: image as never,
    iconMapping: mapping,
    getIcon: (node) => (node.kind in mapping ? node.kind : "industrial_park"),
    getPosition: (node) => node.position,
    getSize: scene.zoom < 4 ? 9 : 13,
    sizeUnits: "pixels",
    pickable: true,
    updateTriggers: { getSize: scene.zoom < 4 },
  });
}

type Place = PointData & Label & { value: number | null };

function regions(scene: Scene): Layer[] {
  const { ink, halo } = look(scene.dark);
  const places: Place[] = scene.data.regions.map((region) => ({
    ...region,
    value: scene.regions.get(region.key) ?? null,
    text: region.name,
  }));
  const top = scene.overlay ? 1 : scene.top;
  const best = [...places].sort((a, b) => (b.value ?? -1) - (a.value ?? -1));
  const missing = (place: Place) => scene.overlay !== null && (place.value ?? 0) < 0.05;
  return [
    new ScatterplotLayer<Place>({
      id: "regions",
      data: places,
      getPosition: (place) => place.position,
      getRadius: 10,
      radiusUnits: "pixels",
      lineWidthUnits: "pixels",
      getLineWidth: (place) => (missing(place) ? 3.5 : 2),
      stroked: true,
      getFillColor: (place) => opaque(rampColor(place.value, 0, top), scene.overlay ? 255 : 235),
      getLineColor: (place) => (missing(place) ? opaque(rgb("#b5483f")) : opaque(ink, 220)),
      pickable: true,
      updateTriggers: {
        getFillColor: [scene.regions, top],
        getLineColor: [scene.overlay, scene.dark, scene.regions],
        getLineWidth: [scene.overlay, scene.regions],
      },
    }),
    new TextLayer<Place>({
      id: "region-names",
      data: pickLabels(best.slice(0, scene.zoom < 3.5 ? 12 : 200), Math.floor(scene.zoom * 2) / 2),
      getText: (place) => place.text,
      getPosition: (place) => place.position,
      getPixelOffset: [0, -19],
      getSize: 13,
      getColor: opaque(ink),
      fontFamily: "system-ui, sans-serif",
      fontWeight: 600,
      fontSettings: { sdf: true, fontSize: 48, buffer: 8 },
      outlineWidth: 4,
      outlineColor: opaque(halo, 230),
      characterSet: "auto",
      updateTriggers: { getColor: scene.dark },
    }),
  ];
}

const drawnSites = new WeakMap<SiteMarks, object>();

function siteData(marks: SiteMarks): object {
  let data = drawnSites.get(marks);
  if (!data) {
    const attributes = {
      getPosition: { value: marks.position, size: 2 },
      getFillColor: { value: marks.fill, size: 4, normalized: true },
      getLineColor: { value: marks.line, size: 4, normalized: true },
      getRadius: { value: marks.radius, size: 1 },
    };
    data = { length: marks.length, attributes };
    drawnSites.set(marks, data);
  }
  return data;
}

function sites(marks: SiteMarks): Layer {
  return new ScatterplotLayer({
    id: "sites",
    data: siteData(marks),
    radiusUnits: "pixels",
    lineWidthUnits: "pixels",
    getLineWidth: 1.2,
    stroked: true,
    filled: true,
    pickable: true,
  } as never);
}

/** A ring around what is selected. */
function chosen(scene: Scene, marks: SiteMarks): Layer | null {
  const at = selectedPosition(scene, marks);
  if (!at) return null;
  return new ScatterplotLayer<[number, number]>({
    id: "chosen",
    data: [at],
    getPosition: (position) => position,
    getRadius: scene.selection?.kind === "site" ? 10 : 15,
    radiusUnits: "pixels",
    filled: false,
    stroked: true,
    lineWidthUnits: "pixels",
    getLineWidth: 3,
    getLineColor: opaque(rgb("#d0342c")),
    updateTriggers: { getRadius: scene.selection?.kind },
  });
}

export function selectedPosition(scene: Scene, marks: SiteMarks): [number, number] | null {
  const { selection, data } = scene;
  if (!selection) return null;
  if (selection.kind === "site") {
    const site = data.sites.key.indexOf(selection.key);
    const [lon, lat] = [marks.position[2 * site], marks.position[2 * site + 1]];
    return lon === undefined || lat === undefined || Number.isNaN(lon) ? null : [lon, lat];
  }
  const points = selection.kind === "region" ? data.regions : selection.kind === "node" ? data.nodes : [];
  return points.find((point) => point.key === selection.key)?.position ?? null;
}
