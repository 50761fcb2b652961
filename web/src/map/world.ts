/** Coast lines and borders: coarse at once, finer when somebody zooms in. Both are files of our own server. */

import { useEffect, useState } from "react";
import type { FeatureCollection, Position } from "geojson";
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
      return flat(feature(topology, topology.objects.countries));
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

export function useWorld(zoom: number): FeatureCollection | null {
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
  return world;
}
