/** The tier graph as the server gives it, and walks along it. */

import { CATEGORIES, UNKNOWN } from "@/map/ramp";

export interface TierNode {
  id: string;
  site: string | null;
  part: string | null;
  name: string | null;
  country: string | null;
  tier: number;
  offshore: boolean | null;
  class: string | null;
  evidence: string | null;
  share: number | null;
  single_point: boolean | null;
  unknown: boolean;
  x: number;
  y: number;
}

export interface TierEdge {
  from: string;
  to: string;
  part: string | null;
  share: number | null;
  evidence: string | null;
  inferred: boolean;
}

export interface TierRow {
  tier: number;
  home_share: number | null;
  near_share: number | null;
  ally_share: number | null;
  depends_share: number | null;
  offshore_share: number | null;
  unknown_share: number | null;
  sites: number;
}

export interface TierAnswer {
  product: string | null;
  nodes: TierNode[];
  edges: TierEdge[];
  unknown: { tier: number; share: number }[];
  tiers: TierRow[];
  cut: number;
}

export const CLASSES = ["home", "near", "ally", "depends", "offshore", "unknown"] as const;

export const CLASS_COLORS: Record<string, string> = {
  home: CATEGORIES[0],
  near: CATEGORIES[6],
  ally: CATEGORIES[2],
  depends: CATEGORIES[4],
  offshore: CATEGORIES[1],
  unknown: UNKNOWN,
};

/** All that stands behind a site, or all that it reaches. */
export function reached(edges: readonly TierEdge[], start: string, side: "behind" | "ahead"): Set<string> {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const [here, there] = side === "behind" ? [to, from] : [from, to];
    const list = next.get(here);
    if (list) list.push(there);
    else next.set(here, [there]);
  }
  const found = new Set<string>();
  const todo = [start];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    for (const other of next.get(at) ?? []) {
      if (other === start || found.has(other)) continue;
      found.add(other);
      todo.push(other);
    }
  }
  return found;
}
