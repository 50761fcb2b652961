import { describe, expect, it } from "vitest";
import { follow, makeArcs } from "./bundles";
import { adjacency, decode, linksAt, type MapAnswer } from "./data";
import { pickLabels, together } from "./labels";
import { rampColor, roundAbove } from "./ramp";
import { pieces, within } from "./world";

function answer(sites: [string, number, number][], links: [string, string, number | null][]): MapAnswer {
  const of = <T>(value: T) => sites.map(() => value);
  const all = <T>(value: T) => links.map(() => value);
  return {
    sites: {
      site: sites.map(([key]) => key),
      name: of(null),
      lon: sites.map(([, lon]) => lon),
      lat: sites.map(([, , lat]) => lat),
      status: of(null),
      country: of(null),
      region: of(null),
      tier: of(null),
      parts: of(null),
      capacity: of(null),
    },
    links: {
      supplier: links.map(([from]) => from),
      buyer: links.map(([, to]) => to),
      part: all("p"),
      volume: links.map(([, , volume]) => volume),
      mode: all(null),
      evidence: all("inferred"),
      offshore: all(null),
    },
    nodes: { node: [], name: [], kind: [], lat: [], lon: [] },
    regions: { region: [], name: [], lat: [], lon: [], country: [] },
  };
}

const EVERY = { part: -1, site: -1 };

describe("map data", () => {
  it("keeps the links of a site, the largest first and the unknown last", () => {
    const data = decode(answer([["a", 0, 0], ["b", 1, 1]], [["a", "b", null], ["a", "b", 2], ["a", "b", 9]]));
    expect(linksAt(data, 1, "into")).toEqual([2, 1, 0]);
    expect(linksAt(data, 1, "outOf")).toEqual([]);
  });

  it("leaves links out whose end is no site", () => {
    expect([...adjacency(Int32Array.of(1, -1, 1), 2).items]).toEqual([0, 2]);
  });
});

describe("arcs", () => {
  it("follow a site that is moved, the short way round the Earth, as if they had been made there", () => {
    const links: [string, string, number][] = [["a", "b", 1], ["b", "c", 1], ["a", "c", 1]];
    const before = decode(answer([["a", 0, 0], ["b", 1, 1], ["c", 170, 0]], links));
    const after = decode(answer([["a", 0, 0], ["b", -170, 5], ["c", 170, 0]], links));
    const moved = follow(makeArcs(before.sites, before.links, EVERY, 2), before.links, new Map([[1, [-170, 5]]]));
    const made = makeArcs(after.sites, after.links, EVERY, 2);
    expect([...moved.source]).toEqual([...made.source].slice(0, moved.source.length));
    expect([...moved.target]).toEqual([...made.target].slice(0, moved.target.length));
  });

  it("are bundled where there are too many, and no link is lost or counted twice", () => {
    const sites: [string, number, number][] = Array.from({ length: 40 }, (_, i) => [`s${i}`, i < 20 ? i / 100 : 90 + i / 100, 10]);
    const links: [string, string, number][] = Array.from({ length: 20 }, (_, i) => [`s${i}`, `s${20 + i}`, 1]);
    const data = decode(answer(sites, links));
    const arcs = makeArcs(data.sites, data.links, EVERY, 2, null, 5);
    expect(arcs.grid).toBeGreaterThan(0);
    expect(arcs.links.reduce((sum, n) => sum + n, 0)).toBe(20);
    expect(makeArcs(data.sites, data.links, EVERY, 2).count).toBe(20);
  });

  it("that cross the 180th meridian run the short way, from either edge", () => {
    const data = decode(answer([["tokyo", 140, 35], ["juarez", -106, 31]], [["tokyo", "juarez", 1]]));
    const arcs = makeArcs(data.sites, data.links, EVERY, 2);
    expect([arcs.count, arcs.own]).toEqual([2, 1]);
    expect([...arcs.source.subarray(0, 1), ...arcs.target.subarray(0, 1)]).toEqual([140, 254]);
    expect([...arcs.source.subarray(2, 3), ...arcs.target.subarray(2, 3)]).toEqual([-220, -106]);
  });

  it("out of view are left out only where there are too many", () => {
    const data = decode(answer([["a", 0, 0], ["b", 1, 0], ["c", 50, 0], ["d", 51, 0]], [["a", "b", 1], ["c", "d", 1]]));
    expect(makeArcs(data.sites, data.links, EVERY, 8, [-2, -2, 2, 2]).count).toBe(2);
    expect(makeArcs(data.sites, data.links, EVERY, 8, [-2, -2, 2, 2], 1).count).toBe(1);
  });
});

describe("look", () => {
  it("has the ends of the Python ramp, and grey for the unknown", () => {
    expect(rampColor(0, 0, 1)).toEqual([0xfb, 0xf6, 0xd3]);
    expect(rampColor(2, 0, 1)).toEqual([0x44, 0x01, 0x54]);
    expect(rampColor(null, 0, 1)).toEqual([0xc3, 0xc9, 0xcf]);
  });

  it("rounds the top of a scale as the Python charts do", () => {
    expect([roundAbove([13.32]), roundAbove([0.3]), roundAbove([null]), roundAbove([20])]).toEqual([15, 0.3, 1, 20]);
  });

  it("drops the later of two labels that would lie on each other", () => {
    const labels = [
      { text: "North", position: [0, 0] as [number, number] },
      { text: "South", position: [0.01, 0] as [number, number] },
    ];
    expect(pickLabels(labels, 4)).toHaveLength(1);
    expect(pickLabels(labels, 14)).toHaveLength(2);
  });

  it("does not let one place overseas shrink the view", () => {
    const near: [number, number][] = [[0, 0], [1, 1], [2, 0], [1, 2]];
    expect(together([...near, [120, 10]])).toEqual(near);
  });
});

describe("land", () => {
  const square = (west: number): [number, number][] => [[west, 0], [west + 10, 0], [west + 10, 10], [west, 10], [west, 0]];
  const polygons = { type: "MultiPolygon" as const, coordinates: [[square(0)], [square(100)], [square(175)]] };
  const world = pieces({ type: "FeatureCollection", features: [{ type: "Feature", properties: null, geometry: polygons }] });

  it("is cut into polygons of which only those that touch the view are drawn", () => {
    expect(world.features.length).toBe(3);
    expect(within(world, [5, 5, 20, 20]).features.map((piece) => piece.bbox?.[0])).toEqual([0]);
  });

  it("is seen across the 180th meridian from either side", () => {
    expect(within(world, [-190, 0, -176, 5]).features.map((piece) => piece.bbox?.[0])).toEqual([175]);
    expect(within(world, [182, 0, 190, 5]).features.map((piece) => piece.bbox?.[0])).toEqual([175]);
  });
});
