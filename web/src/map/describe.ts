/** What a pick on the map is: a selection, and words for the hover card. */

import { figure } from "@/state/format";
import type { Arcs } from "./bundles";
import type { Pick } from "./MapCanvas";
import type { Cells, Overlay, Scene, Selection } from "./scene";
import { MAP_TEXT } from "./strings";
import { linkWords } from "./SitePanel";

export function selectionOf(pick: Pick, scene: Scene): Selection | null {
  const { data, cells, arcs } = scene;
  const at = pick.index;
  const found = (kind: Selection["kind"], key: string | undefined) => (key === undefined ? null : { kind, key });
  switch (pick.layer) {
    case "sites":
      return found("site", data.sites.key[at]);
    case "regions":
      return found("region", data.regions[at]?.key);
    case "cells":
      return found("cell", cells?.key[at]);
    case "nodes":
      return found("node", data.nodes[at]?.key);
    case "links":
    case "links-inferred": {
      const link = arcs?.link[at];
      return link === undefined || link < 0 ? null : { kind: "link", key: String(link) };
    }
    default:
      return null;
  }
}

export function hoverLines(pick: Pick, scene: Scene, names: ReadonlyMap<string, string>): string[] {
  const { data, cells, arcs, regions, overlay } = scene;
  const at = pick.index;
  switch (pick.layer) {
    case "sites": {
      const parts = data.sites.parts[at] ?? [];
      return [
        data.sites.name[at] ?? "",
        parts.map((part) => names.get(part) ?? part).join(", ") || MAP_TEXT.legend.noTier,
        data.sites.status[at] ?? "",
      ];
    }
    case "regions": {
      const region = data.regions[at];
      return region ? [region.name, valued(regions.get(region.key), overlay, names)] : [];
    }
    case "cells":
      return cellLine(cells, at);
    case "nodes":
      return [data.nodes[at]?.name ?? "", (data.nodes[at]?.kind ?? "").replaceAll("_", " ")];
    case "links":
    case "links-inferred":
      return arcs ? linkLines(arcs, at, scene, names) : [];
    default:
      return [];
  }
}

function valued(value: number | null | undefined, overlay: Overlay | null, names: ReadonlyMap<string, string>): string {
  const shown = value === null || value === undefined ? MAP_TEXT.panel.unknown : figure(value);
  const title = overlay ? MAP_TEXT.legend.cover(names.get(overlay.part) ?? overlay.part) : MAP_TEXT.legend.score;
  return `${title}: ${shown}`;
}

function cellLine(cells: Cells | null, at: number): string[] {
  const score = cells?.score[at];
  return [`${MAP_TEXT.legend.score}: ${score === null || score === undefined ? MAP_TEXT.panel.unknown : figure(score)}`];
}

function linkLines(arcs: Arcs, at: number, { data }: Scene, names: ReadonlyMap<string, string>): string[] {
  const link = arcs.link[at] ?? -1;
  if (link < 0) return [MAP_TEXT.legend.bundle(figure(arcs.links[at] ?? 0, 9))];
  const { links, sites } = data;
  const from = sites.name[links.from[link] as number];
  const to = sites.name[links.to[link] as number];
  return [`${from} → ${to}`, linkWords(data, names, link)];
}
