/** Coast lines and borders: coarse at once, finer when somebody zooms in. Both are files of our own server. */

import { useEffect, useMemo, useState } from "react";
import type { Feature, FeatureCollection, Position } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import coarse from "world-atlas/countries-110m.json?url";
import fine from "world-atlas/countries-50m.json?url";

const FINE_FROM = 4;
const loaded = new Map<string, Promise<FeatureCollection>>();

function load(url: string): Promise<FeatureCollection> {
  let reading = loaded.get(url);
  if (!reading) {
    reading = fetch(url).then(async (answer) => {
      const topology = (await answer.json()) as Topology<{ countries: GeometryCollection }>;
      return pieces(flat(feature(topology, topology.objects.countries)));
    });
    loaded.set(url, reading);
  }
  return reading;
}

const ANTARCTICA = "010";

/** Countries for a flat map: rings that cross the 180th meridian run on beyond it, and the pole, which has no edge there, is left out. */
export function flat(world: FeatureCollection): FeatureCollection {
  const features = world.features.filter((country) => country.id !== ANTARCTICA);
  for (const { geometry } of features) {
    if (geometry.type === "Polygon") geometry.coordinates.forEach(unwrap);
    else if (geometry.type === "MultiPolygon") for (const rings of geometry.coordinates) rings.forEach(unwrap);
  }
  return { ...world, features };
}

function unwrap(ring: Position[]): void {
  for (let i = 1; i < ring.length; i++) {
    const point = ring[i] as Position;
    const turn = Math.round(((point[0] as number) - (ring[i - 1]?.[0] as number)) / 360);
    if (turn) ring[i] = [(point[0] as number) - 360 * turn, point[1] as number];
  }
}

type Box = readonly [number, number, number, number];

/** Every polygon by itself with the box around it, so that only those in view need be drawn. */
export function pieces(world: FeatureCollection): FeatureCollection {
  const features = world.features.flatMap(({ geometry }) => {
    const polygons =
      geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
    return polygons.map((coordinates): Feature => {
      const bbox = around(coordinates[0] ?? []);
      return { type: "Feature", bbox, properties: null, geometry: { type: "Polygon", coordinates } };
    });
  });
  return { ...world, features };
}

function around(ring: Position[]): [number, number, number, number] {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon = 0, lat = 0] of ring) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}

/** The pieces that touch a box, also where they or it run on beyond the 180th meridian. */
export function within(world: FeatureCollection, [west, south, east, north]: Box): FeatureCollection {
  const features = world.features.filter(({ bbox }) => {
    const [w, s, e, n] = bbox as [number, number, number, number];
    return s <= north && n >= south && [-360, 0, 360].some((turn) => w + turn <= east && e + turn >= west);
  });
  return { ...world, features };
}

/** Coast lines and borders of a zoom; from near, only those in a box. */
export function useWorld(zoom: number, view: Box | null): FeatureCollection | null {
  const [world, setWorld] = useState<FeatureCollection | null>(null);
  const url = zoom >= FINE_FROM ? fine : coarse;
  useEffect(() => {
    let here = true;
    load(url).then(
      (read) => here && setWorld(read),
      () => loaded.delete(url),
    );
    return () => {
      here = false;
    };
  }, [url]);
  const box = view ? view.join(",") : "";
  return useMemo(() => {
    if (!world || !box) return world;
    return within(world, box.split(",").map(Number) as unknown as Box);
  }, [world, box]);
}
